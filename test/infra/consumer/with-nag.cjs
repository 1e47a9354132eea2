const { App, Stack, Validations } = require('aws-cdk-lib');
const { Queue } = require('aws-cdk-lib/aws-sqs');
const { AwsSolutionsChecks, ServerlessChecks } = require('cdk-nag');
const { KeyRevocation } = require('key-revoker');

const checked = (name, fill) => {
  const app = new App({ outdir: `out/${name}` });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  fill(new Stack(app, 'Ours'));
  app.synth();
};

checked('nag', (stack) => {
  new KeyRevocation(stack, 'Trading', { prefix: 'trading/' });
  new KeyRevocation(stack, 'Research', { prefix: 'research/' });
});

// What the same run says of a queue that plain HTTP can reach.
try {
  checked('nag-finds', (stack) => new Queue(stack, 'Queue'));
} catch {
  console.log('cdk-nag finds');
}
