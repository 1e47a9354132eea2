import { generateKeyPairSync } from 'node:crypto';

/** Public half of the throwaway RSA key that the recorded signatures were made with. */
export const RECORDED_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqFUIUCgj5qQqXRC+8ieB
VajxwBXmT31txP+oSlnYsuPJn/jXfK3UlJ2EfaJ5Vv2l5DN0b5/KVH8LzJ5uEKG6
b2ERAK36+vKddgVU278FLI6ZN4WpFeKSZuyWPFeBvzMBiZBZN4NKUkrOV9Q01wWF
2dt8t5O7xKJ7ToK9vWQYmjPLdGM3ShZmin3hhglNKjejnJoPF53DbV+JQkoOeIjp
6CA9LUcbdjCp1xOeQ4/RBi9fXfAXqrUCZW9MKPzQ8Ir9yczJJIxX6p8TQk1pi/iR
T9Yuy5X3XHtnFSXXmuMLhLtUqqR8loJO8l2OAeaHhoTDP6DKuqSTEQCJqh3G5GKJ
OwIDAQAB
-----END PUBLIC KEY-----
`;

/** A fresh RSA pair, both halves as PEM. */
export const rsaPair = (type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type, format: 'pem' },
  });
