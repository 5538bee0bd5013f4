// Runs the official validators over exported files: node check.mjs KIND FOLDER…
// Prints one line a problem and exits with 1 when there is any; the last line counts the files seen.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

async function files(folder, ending) {
  const out = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) out.push(...(await files(path, ending)));
    else if (entry.name.endsWith(ending)) out.push(path);
  }
  return out.sort();
}

async function asyncapi(folder, problem) {
  const { Parser } = await import("@asyncapi/parser");
  const parser = new Parser();
  const found = [...(await files(folder, ".asyncapi.yaml")), ...(await files(folder, ".asyncapi.json"))];
  for (const path of found) {
    const { document, diagnostics } = await parser.parse(await readFile(path, "utf8"));
    // Severity 0 is an error, 1 a warning; hints about style are no defects.
    for (const d of diagnostics.filter((d) => d.severity === 0)) problem(path, `${d.path.join("/")}: ${d.message}`);
    if (!document) problem(path, "the parser gives no document");
  }
  return found.length;
}

async function schemas(folder, problem) {
  const { default: Ajv } = await import("ajv/dist/2020.js");
  const { default: addFormats } = await import("ajv-formats");
  const found = await files(folder, ".schema.json");
  for (const path of found) {
    const schema = JSON.parse(await readFile(path, "utf8"));
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    try {
      const validate = ajv.compile(schema);
      for (const example of schema.examples ?? []) {
        if (!validate(example)) problem(path, `example: ${ajv.errorsText(validate.errors)}`);
      }
    } catch (error) {
      problem(path, error.message);
    }
  }
  return found.length;
}

const kinds = { asyncapi, schemas };
const [kind, ...folders] = process.argv.slice(2);
let bad = 0;
let seen = 0;
for (const folder of folders) {
  seen += await kinds[kind](folder, (path, message) => {
    bad += 1;
    console.log(`${path}: ${message}`);
  });
}
console.log(`${kind}: ${seen} files, ${bad} problems`);
process.exit(bad > 0 || seen === 0 ? 1 : 0);
