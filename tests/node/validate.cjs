// Check a Teams manifest with Microsoft's own package against the schema that it ships: {manifest, schema} on stdin.
const { ManifestUtil } = require("@microsoft/app-manifest");

const { manifest, schema } = JSON.parse(require("fs").readFileSync(0, "utf8"));
ManifestUtil.validateManifestAgainstSchema(manifest, schema).then((errors) => process.stdout.write(JSON.stringify(errors)));
