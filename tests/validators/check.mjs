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

async function cloudevents(folder, problem) {
  const { CloudEvent } = await import("cloudevents");
  const found = await files(folder, ".cloudevents.json");
  for (const path of found) {
    const batch = JSON.parse(await readFile(path, "utf8"));
    if (!Array.isArray(batch) || batch.length === 0) problem(path, "it is no batch");
    for (const event of batch) {
      // The library makes up an id where there is none.
      if (!event.id || !event.type || !event.source || event.specversion !== "1.0") problem(path, "an attribute is missing");
      try {
        new CloudEvent(event).validate();
      } catch (error) {
        problem(path, `${error.message} ${JSON.stringify(error.errors ?? "")}`);
      }
    }
    if (new Set(batch.map((event) => event.id)).size !== batch.length) problem(path, "two events share an id");
  }
  return found.length;
}

async function eventcatalog(folder, problem) {
  const { default: sdk } = await import("@eventcatalog/sdk");
  let seen = 0;
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    const { resources } = await sdk(path).dumpCatalog({ includeMarkdown: false });
    const all = { ...resources, ...resources.messages };
    const pages = (await files(path, "index.mdx")).map((page) => page.slice(path.length));
    // What stands in the folder is what the official reader sees.
    for (const kind of ["domains", "services", "events", "commands", "queries", "channels", "flows"]) {
      const written = pages.filter((page) => page.split("/").at(-3) === kind || (page.includes("/versioned/") && page.split("/").at(-5) === kind));
      const read = all[kind]?.length ?? 0;
      if (read !== written.length) problem(path, `${kind}: ${written.length} written, ${read} read`);
    }
    const known = new Set(Object.values(resources.messages).flat().map((one) => `${one.id}@${one.version}`));
    for (const service of resources.services ?? []) {
      for (const message of [...(service.sends ?? []), ...(service.receives ?? [])]) {
        if (!known.has(`${message.id}@${message.version}`)) problem(path, `${service.id} names ${message.id}@${message.version}`);
      }
    }
    const services = new Set((resources.services ?? []).map((one) => `${one.id}@${one.version}`));
    for (const flow of resources.flows ?? []) {
      const ids = new Set(flow.steps.map((step) => step.id));
      for (const step of flow.steps) {
        const { message, service, next_step: one, next_steps: several } = step;
        if (message && !known.has(`${message.id}@${message.version}`)) problem(path, `${flow.id} shows ${message.id}@${message.version}`);
        if (service && !services.has(`${service.id}@${service.version}`)) problem(path, `${flow.id} shows ${service.id}@${service.version}`);
        if (one && several) problem(path, `${flow.id}: ${step.id} has both next_step and next_steps`);
        for (const next of [...(one ? [one] : []), ...(several ?? [])]) if (!ids.has(next.id)) problem(path, `${flow.id}: no step ${next.id}`);
      }
    }
    seen += pages.length;
  }
  return seen;
}

async function typescript(folder, problem) {
  const { default: ts } = await import("typescript");
  const found = await files(folder, ".ts");
  const program = ts.createProgram(found, { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, moduleResolution: ts.ModuleResolutionKind.Bundler });
  for (const d of ts.getPreEmitDiagnostics(program)) problem(d.file?.fileName ?? folder, ts.flattenDiagnosticMessageText(d.messageText, " "));
  return found.length;
}

async function mermaid(folder, problem) {
  // Labels are cleaned by a library that wants a browser's document.
  const { JSDOM } = await import("jsdom");
  const { window } = new JSDOM("");
  globalThis.window = window;
  globalThis.document = window.document;
  const { default: parser } = await import("mermaid");
  const found = await files(folder, ".mmd");
  for (const path of found) {
    try {
      await parser.parse(await readFile(path, "utf8"));
    } catch (error) {
      problem(path, error.message);
    }
  }
  return found.length;
}

const kinds = { mermaid, cloudevents, eventcatalog, typescript, asyncapi, schemas };
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
