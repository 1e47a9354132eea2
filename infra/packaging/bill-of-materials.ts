import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { BundledPackage } from './bundled-packages.ts';

/** `pkg:npm/%40scope/name@1.0.0`: the form of github.com/package-url/purl-spec for npm. */
const purlOf = ({ name, version }: Pick<BundledPackage, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

const componentOf = (
  type: Enums.ComponentType,
  { name, version, license }: Pick<BundledPackage, 'name' | 'version' | 'license'>,
): Models.Component => {
  const purl = purlOf({ name, version });
  const component = new Models.Component(type, name, { version, purl, bomRef: purl });
  if (license !== undefined) component.licenses.add(new Models.LicenseExpression(license));
  return component;
};

/**
 * What the package and the functions are made of, as CycloneDX 1.6 in JSON. It has no time and no serial number: the same code has the
 * same bill.
 *
 * @param own the package itself
 * @param packages those whose code is in its bundles
 */
export const billOfMaterials = (
  own: Pick<BundledPackage, 'name' | 'version' | 'license'>,
  packages: readonly BundledPackage[],
): string => {
  const bom = new Models.Bom();
  bom.metadata.component = componentOf(Enums.ComponentType.Application, own);
  for (const one of packages) {
    const component = componentOf(Enums.ComponentType.Library, one);
    bom.components.add(component);
    bom.metadata.component.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
};
