// Opens a model with netron's own parsers and says what it found: `node netron_open.mjs SOURCES MODEL`.
// SOURCES is the folder of netron's modules. A folder of a model is opened by its graph.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

const [sources, given] = process.argv.slice(2);
const module = (name) => import(pathToFileURL(path.join(sources, `${name}.js`)).href);
const { FileStream } = await module('node');
const { Archive } = await module('zip');
const { ModelFactoryService } = await module('view');
await Archive.import(); // inflates with node's zlib

const model = fs.statSync(given).isDirectory() ? path.join(given, 'saved_model.pb') : given;

/** A window on a file, which reads what is asked for. */
const open = (file) => {
    const { size, mtimeMs } = fs.statSync(file);
    return new FileStream(file, 0, size, mtimeMs);
};

/** What netron asks of the page or window that it runs in. */
const host = {
    identifier: path.basename(model),
    stream: open(model),
    entries: new Map(),
    type: 'node',
    environment: () => undefined,
    event: () => undefined,
    require: (name) => module(name),
    asset: async (name) => fs.readFileSync(path.join(sources, name), 'utf-8'),
    fetch: async (name, encoding, folder) => {
        const file = path.join(path.dirname(model), folder || '', name);
        return encoding ? fs.readFileSync(file, encoding) : open(file);
    },
    error: (error) => {
        throw error;
    },
};

const found = await new ModelFactoryService(host).open(host);
const parts = found.modules || found.graphs || [];
const nodes = parts.flatMap((part) => part.nodes || []);
const seen = new Set();
for (const node of nodes) {
    for (const values of [...(node.inputs || []), ...(node.attributes || [])].map((each) => each.value)) {
        for (const value of Array.isArray(values) ? values : [values]) {
            if (value?.initializer) {
                seen.add(value.initializer);
            }
        }
    }
}
const types = new Set(nodes.map((node) => node.type?.name));
console.log(JSON.stringify({
    format: found.format, graphs: parts.length, nodes: nodes.length, tensors: seen.size, types: [...types],
}));
if (!parts.length) {
    process.exitCode = 1;
}
