// One classic script out of the JS entry, the wasm-bindgen glue and the wasm bytes (inlined as text), so that a single
// integrity hash covers all of it and it runs synchronously in the page's head.
//
//   node scripts/bundle.mjs ENTRY OUT_DIR  writes storefront.js and manifest.json
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const [entry, out] = process.argv.slice(2);
const file = join(out, "storefront.js");

// A letter a byte. The bytes that occur most get the 93 letters of ASCII that a string may hold as they are, in the order
// of the bytes; the others get letters from U+00A1 on, which take two bytes. So brotli sees where bytes begin, which base64
// hides from it, and finds few of them longer than they were: the script is a quarter smaller than in base64.
const OFTEN = 93;
const inText = (bytes) => {
  const count = new Array(256).fill(0);
  for (const byte of bytes) count[byte]++;
  const ranked = [...count.keys()].sort((one, other) => count[other] - count[one]);
  const often = new Set(ranked.slice(0, OFTEN));
  const letters = [];
  for (let byte = 0, short = 32, long = 161; byte < 256; byte++) {
    while (short === 34 || short === 92) short++;
    letters[byte] = String.fromCharCode(often.has(byte) ? short++ : long++);
  }
  const bits = Array.from({ length: 64 }, (_, i) => [0, 1, 2, 3].reduce((n, j) => n + (often.has(4 * i + j) << j), 0));
  return [Array.from(bytes, (byte) => letters[byte]).join(""), bits.map((four) => four.toString(16)).join("")];
};

const inlineWasm = {
  name: "inline-wasm",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, ({ path }) => {
      const [letters, often] = inText(readFileSync(path));
      const contents = `
        const letters = "${letters}";
        const byte = [];
        for (let i = 0, short = 32, long = 161; i < 256; i++) {
          short += short == 34 || short == 92;
          byte[parseInt("${often}"[i >> 2], 16) >> (i & 3) & 1 ? short++ : long++] = i;
        }
        const bytes = new Uint8Array(letters.length);
        for (let i = 0; i < bytes.length; i++) bytes[i] = byte[letters.charCodeAt(i)];
        export default bytes;`;
      return { loader: "js", contents };
    });
  },
};

// The glue with the short names that wasm-opt gave to the wasm's imports and exports. A name that has no place there, or
// an export that has no name, would only be missed in a shopper's browser.
const shortNames = {
  name: "short-names",
  setup(build) {
    build.onLoad({ filter: /storefront_wasm\.js$/ }, ({ path }) => {
      const { imports, exports } = JSON.parse(readFileSync(join(dirname(path), "names.json"), "utf8"));
      let glue = readFileSync(path, "utf8");
      const rename = (from, to) => {
        const parts = glue.split(from);
        if (parts.length !== 2) throw new Error(`the glue has ${from} ${parts.length - 1} times`);
        glue = parts.join(to);
      };
      rename('"./storefront_wasm_bg.js":', "a:");
      for (const [, name, short] of imports) rename(`${name}: function`, `${short}: function`);
      const shorts = new Map(exports);
      glue = glue.replace(/\bwasm\.(\w+)/g, (_, name) => {
        if (!shorts.has(name)) throw new Error(`the glue calls ${name}, which the wasm does not export`);
        return `wasm.${shorts.get(name)}`;
      });
      return { loader: "js", contents: glue };
    });
  },
};

// What the plain link says, by language: `link` of the table [plain] in each file of sentences. That no language which has
// the table lacks the key is checked where the Rust is built.
const texts = "worker/texts";
const link = {};
for (const name of readdirSync(texts).filter((name) => name.endsWith(".toml") && name !== "Cargo.toml").sort()) {
  const file = readFileSync(join(texts, name), "utf8");
  const [, text] = /^\[plain\]\nlink = (".*")$/m.exec(file) ?? [];
  if (!text && /^\[plain\]/m.test(file)) throw new Error(`${texts}/${name}: [plain] wants one line, link = "…"`);
  if (text) link[name.replace(".toml", "")] = JSON.parse(text);
}
if (!link.en) throw new Error(`${texts}/en.toml has no link in [plain]`);

await build({
  entryPoints: [entry],
  outfile: file,
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2020",
  minify: true,
  define: { LINK: JSON.stringify(link) },
  // A shop's console is not ours to write to; only the glue would, about how it is called.
  drop: ["console"],
  charset: "utf8",
  legalComments: "none",
  plugins: [inlineWasm, shortNames],
  logLevel: "warning",
});

const bytes = readFileSync(file);
const digest = (algorithm) => createHash(algorithm).update(bytes).digest();
const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });

writeFileSync(
  join(out, "manifest.json"),
  JSON.stringify(
    {
      // The name under which this very build is published for good.
      hash: digest("sha256").subarray(0, 16).toString("hex"),
      // What the store's script tag carries.
      integrity: `sha384-${digest("sha384").toString("base64")}`,
      bytes: bytes.length,
      brotli: brotli.length,
    },
    null,
    2,
  ) + "\n",
);
