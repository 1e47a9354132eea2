// `npm publish` in this folder would publish whatever lies here. The tarball that `npm pack` made runs no script, so it can be published.
if (process.env['npm_config_dry_run'] !== 'true') {
  console.error(
    'Cannot publish from this folder: publish the tarball that npm pack made. npm publish --dry-run works here',
  );
  process.exitCode = 1;
}
