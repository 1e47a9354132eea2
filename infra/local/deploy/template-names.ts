import { ACCOUNT, arnOf } from '../aws/protocol/account.ts';
import { type Names, resolve } from './resolve.ts';
import { type Named, resourceType } from './resource-types.ts';

/** A synthesized CloudFormation template, as far as it is read here. */
export interface DeployableTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** A resource with its physical name and its properties, all resolved. */
export interface Resolved extends Named {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const STACK_NAME = 'local';

const PSEUDO: Readonly<Record<string, string | undefined>> = {
  'AWS::AccountId': ACCOUNT.id,
  'AWS::Region': ACCOUNT.region,
  'AWS::Partition': ACCOUNT.partition,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': STACK_NAME,
  'AWS::StackId': arnOf('cloudformation', `stack/${STACK_NAME}/local`),
  'AWS::NoValue': undefined,
};

export interface TemplateNames extends Names {
  /** Those resources that are made here, in the order of the template. */
  readonly made: readonly Resolved[];
}

/**
 * Gives every resource its name, so that values which point at each other resolve in whatever order.
 *
 * @param url of the emulated AWS, which queue URLs begin with
 * @throws Error for an unknown resource type, logical id, attribute or intrinsic function
 */
export const templateNames = ({ Resources, Parameters = {} }: DeployableTemplate, url: string): TemplateNames => {
  const resource = (logicalId: string): TemplateResource => {
    const found = Resources[logicalId];
    if (found !== undefined) return found;
    throw new Error(`Cannot resolve "${logicalId}", wanted the id of a resource or a parameter of the template`);
  };
  const named = (logicalId: string): Named => {
    const { Type, Properties = {} } = resource(logicalId);
    const property = (key: string): unknown => resolve(Properties[key], names);
    return { name: String(property(resourceType(Type).nameProperty ?? '') ?? logicalId), url, property };
  };
  const names: Names = {
    ref: (id) => {
      if (id in PSEUDO) return PSEUDO[id];
      const parameter = Parameters[id];
      if (parameter !== undefined) return parameter.Default;
      const { ref = ({ name }: Named) => name } = resourceType(resource(id).Type);
      return ref(named(id));
    },
    attribute: (id, attribute) => {
      const { Type } = resource(id);
      const { attributes = {} } = resourceType(Type);
      const read = attributes[attribute];
      if (read !== undefined) return read(named(id));
      const wanted = `wanted one of ${Object.keys(attributes).join(', ')}`;
      throw new Error(`Cannot resolve attribute "${attribute}" of ${id} (${Type}) locally, ${wanted}`);
    },
  };
  const made = Object.entries(Resources)
    .filter(([, { Type }]) => resourceType(Type).isMade)
    .map(([logicalId, { Type, Properties = {}, Metadata = {} }]) => ({
      ...named(logicalId),
      logicalId,
      type: Type,
      properties: resolve(Properties, names) as Resolved['properties'],
      metadata: Metadata,
    }));
  return { ...names, made };
};
