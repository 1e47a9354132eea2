/** A stack as CloudFormation keeps it. */
interface Stack {
  readonly id: string;
  template: string;
  status: string;
  changed: number;
}

type Fields = URLSearchParams;

/** The answers of CloudFormation to what `cdk deploy` and `cdk diff` ask, without a resource being made. */
export class Stacks {
  readonly #stacks = new Map<string, Stack>();
  readonly #changes = new Map<string, string>();
  readonly #objectAt: (url: string) => string;

  /** @param objectAt what was uploaded to a URL */
  constructor(objectAt: (url: string) => string) {
    this.#objectAt = objectAt;
  }

  /** How often the stack was changed. */
  changesOf(name: string): number {
    return this.#stacks.get(name)?.changed ?? 0;
  }

  /** The template that is deployed. */
  templateOf(name: string): string {
    return this.#stacks.get(name)?.template ?? '';
  }

  /** @returns the inner XML of a reply, or `undefined` for what is not known here */
  answer(action: string, fields: Fields): string | undefined {
    const name = nameIn(fields.get('StackName') ?? '');
    switch (action) {
      case 'DescribeStacks':
        return `<Stacks>${this.#described(name)}</Stacks>`;
      case 'GetTemplate':
        return `<TemplateBody>${escaped(this.#known(name).template)}</TemplateBody>`;
      case 'CreateChangeSet':
        return this.#create(name, fields);
      case 'DescribeChangeSet':
        return this.#describedChange(name);
      case 'ExecuteChangeSet':
        return this.#execute(name);
      case 'DescribeStackEvents':
        return '<StackEvents></StackEvents>';
      case 'DeleteChangeSet':
        this.#changes.delete(name);
        return '';
      default:
        return undefined;
    }
  }

  #create(name: string, fields: Fields): string {
    const template = fields.get('TemplateBody') ?? this.#objectAt(fields.get('TemplateURL') ?? '');
    this.#changes.set(name, template);
    const known = this.#stacks.get(name);
    const id = `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/${name}/${name}`;
    if (!known) this.#stacks.set(name, { id, template: '{}', status: 'REVIEW_IN_PROGRESS', changed: 0 });
    return `<Id>${id.replace(':stack/', ':changeSet/')}</Id><StackId>${id}</StackId>`;
  }

  #describedChange(name: string): string {
    const { id, template } = this.#known(name);
    const wanted = this.#changes.get(name);
    if (wanted === undefined) throw new Missing('ChangeSetNotFound', `ChangeSet of ${name} does not exist`);
    return `<StackId>${id}</StackId>${wanted === template ? UNCHANGED : CHANGED}`;
  }

  #execute(name: string): string {
    const stack = this.#known(name);
    stack.template = this.#changes.get(name) ?? '';
    this.#changes.delete(name);
    stack.status = stack.changed === 0 ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
    stack.changed += 1;
    return '';
  }

  #described(name: string): string {
    const { id, status } = this.#known(name);
    const outputs = name === 'CDKToolkit' ? TOOLKIT : '';
    const created = '<CreationTime>2026-01-01T00:00:00Z</CreationTime>';
    return `<member><StackName>${name}</StackName><StackId>${id}</StackId>${created}<StackStatus>${status}</StackStatus>${outputs}</member>`;
  }

  #known(name: string): Stack {
    const stack = this.#stacks.get(name);
    if (!stack) throw new Missing('ValidationError', `Stack with id ${name} does not exist`);
    return stack;
  }
}

export class Missing extends Error {
  override readonly name = 'Missing';
  /** What CloudFormation calls it. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const ACCOUNT = '111122223333';
export const BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-eu-central-1`;

const CHANGED = '<Status>CREATE_COMPLETE</Status><Changes><member><Type>Resource</Type></member></Changes>';
const UNCHANGED =
  "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes.</StatusReason>";

const output = (key: string, value: string): string =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;
const TOOLKIT = `<Outputs>${output('BucketName', BUCKET)}${output('BootstrapVersion', '99')}</Outputs>`;

/** An id is an ARN; its name stands in the middle. */
const nameIn = (nameOrId: string): string => nameOrId.split('/')[1] ?? nameOrId;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
