// Reads Jira's wiki markup, each of many texts, with Atlassian's own reader, and answers the documents.
const { WikiMarkupTransformer } = require("@atlaskit/editor-wikimarkup-transformer");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const reader = new WikiMarkupTransformer();
process.stdout.write(JSON.stringify(given.map((text) => reader.parse(text).toJSON())));
