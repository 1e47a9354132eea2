import { isObject } from '../json.ts';

/** Is told the place of a value that cannot be read: `pin.signer.arn`. */
export type NoteFault = (place: string) => void;

/** Reads a stored value. @returns what can be read of it; `undefined` if nothing can */
export type Reader = (value: unknown, place: string, note: NoteFault) => unknown;

const ifOnly =
  (isRight: (value: unknown) => boolean): Reader =>
  (value, place, note) => {
    if (isRight(value)) return value;
    note(place);
    return undefined;
  };

export const text = ifOnly((value) => typeof value === 'string');
export const number = ifOnly((value) => typeof value === 'number');
export const flag = ifOnly((value) => typeof value === 'boolean');
export const object = ifOnly(isObject);
export const textOrObject = ifOnly((value) => typeof value === 'string' || isObject(value));
/** The count of writes to an item. */
export const revision = ifOnly((value) => typeof value === 'number' && value >= 1);

const within = (place: string, name: string): string => (place === '' ? name : `${place}.${name}`);

/** A list. A part that cannot be read is left out. */
export const list =
  (each: Reader): Reader =>
  (value, place, note) => {
    if (Array.isArray(value)) return value.flatMap((part, at) => each(part, within(place, String(at)), note) ?? []);
    note(place);
    return undefined;
  };

/** A record whose names are data. A part that cannot be read is left out. */
export const record =
  (each: Reader): Reader =>
  (value, place, note) => {
    if (!isObject(value)) return object(value, place, note);
    const parts = Object.entries(value).map(([name, part]) => [name, each(part, within(place, name), note)] as const);
    return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
  };

export interface Field {
  readonly read: Reader;
  /** Its absence is a fault. */
  readonly isNeeded: boolean;
  /** Stands in place of what cannot be read. */
  readonly otherwise?: unknown;
}

export const needed = (read: Reader, otherwise?: unknown): Field => ({ read, isNeeded: true, otherwise });
/** @param otherwise stands in place of what is there and cannot be read */
export const optional = (read: Reader, otherwise?: unknown): Field => ({ read, isNeeded: false, otherwise });

/** A row for each field that this release knows. */
export type Fields<T> = { readonly [name in keyof Required<T>]: Field };

/** An object, field by field. A field of a later release stays as it is. */
export const fields =
  <T>(table: Fields<T>): Reader =>
  (value, place, note) => {
    if (!isObject(value)) return object(value, place, note);
    const rows = Object.entries<Field>(table).map(([name, { read, isNeeded, otherwise }]) => {
      const part = value[name];
      const isLeftOut = part === undefined && !isNeeded;
      return [name, isLeftOut ? undefined : (read(part, within(place, name), note) ?? otherwise)] as const;
    });
    const later = Object.entries(value).filter(([name]) => !Object.hasOwn(table, name));
    return Object.fromEntries([...later, ...rows.filter(([, part]) => part !== undefined)]);
  };

/** What no decision rests on: a fault in it counts as its absence, and makes nothing around it unreadable. */
export const noMatter =
  (read: Reader): Reader =>
  (value, place) =>
    read(value, place, () => undefined);

/** What is of use only as a whole: one fault in it, and all of it counts as unreadable. */
export const allOrNothing =
  (read: Reader): Reader =>
  (value, place, note) => {
    let isWhole = true;
    const found = read(value, place, (at) => {
      isWhole = false;
      note(at);
    });
    return isWhole ? found : undefined;
  };
