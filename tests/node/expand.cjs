// Fill card templates with Microsoft's own templating package: [[template, data], ...] on stdin, the cards on stdout.
const { Template } = require("adaptivecards-templating");

const pairs = JSON.parse(require("fs").readFileSync(0, "utf8"));
const cards = pairs.map(([template, data]) => new Template(template).expand({ $root: data }));
process.stdout.write(JSON.stringify(cards));
