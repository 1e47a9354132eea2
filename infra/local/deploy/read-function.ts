import * as z from 'zod';
import type { FunctionConfig } from '../lambda/function-config.ts';
import { roleId } from './resource-types.ts';
import type { Resolved } from './template-names.ts';

/** Where the stack says which module a function was made from. */
const HANDLER = 'key-revoker:handler';

export interface DeployedFunction extends FunctionConfig {
  readonly logicalId: string;
}

/** Lambda's defaults where the template says nothing. */
const FunctionProperties = z.object({
  Handler: z.string().regex(/^[^.]+\.[^.]+$/),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Role: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
});

/** @throws Error for a function whose metadata does not name its source */
export const readFunction = ({ logicalId, name, properties, metadata }: Resolved): DeployedFunction => {
  const handlerModule = metadata[HANDLER];
  if (typeof handlerModule !== 'string') {
    throw new Error(
      `Cannot run function ${logicalId} locally, wanted metadata "${HANDLER}" with the path of its source`,
    );
  }
  const { Handler, Timeout, MemorySize, Role, Environment } = FunctionProperties.parse(properties);
  return {
    logicalId,
    name,
    handlerModule,
    handlerExport: Handler.split('.')[1] ?? '',
    timeoutMs: Timeout * 1000,
    memoryMb: MemorySize,
    environment: Environment?.Variables ?? {},
    roleId: roleId(Role.split('/').at(-1) ?? ''),
  };
};

/** The function that a name or an ARN means. */
export const functionIdOf = (reference: string, functions: readonly DeployedFunction[]): string => {
  const found = functions.find(({ name }) => name === reference.split(':function:').at(-1));
  if (found !== undefined) return found.logicalId;
  throw new Error(`Cannot find function "${reference}", wanted one of ${functions.map(({ name }) => name).join(', ')}`);
};
