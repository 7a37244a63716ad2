// Which file of a crate imports which. No two may import each other in a circle, and no import may run against the order
// of rooms below.
//
//   node scripts/arrows.mjs            says what is wrong, and ends with 1 if anything is
//   node scripts/arrows.mjs FILE       what that file imports, and who imports it
//
// It reads `use` items and paths, and follows re-exports to the file that defines a name. Tests are left out: they may
// reach for anything. Methods are not seen, for they are not imported.
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// The crates, and the order of their rooms: a room is a folder, or a file outside of one. A file may import from its own
// room, from those between the same two arrows, and from those further on.
const CRATES = {
	domain: {
		entry: "worker/core/src/lib.rs",
		order: [
			"wire > komoju bigcommerce > state > values > texts > http > json time url secret hash",
			"machine > plan > views > refunds > state > values > texts > http > json time url secret hash",
		],
	},
	worker: {
		entry: "worker/src/lib.rs",
		order: [
			"routes rounds > app webhooks panel shopper > objects > links profile storefront > context > config > crypto request respond > stop > problem fetch bindings texts > stored log",
		],
	},
	storefront_wasm: {
		entry: "storefront-wasm/src/lib.rs",
		order: ["script > hearing > host > card api > flow > browser > page js signal text order"],
	},
	sandbox: {
		entry: "tests/src/lib.rs",
		order: ["harness > server > bigcommerce komoju > env > delivery > asking faults > alter host"],
	},
	simulation: { entry: "tests/simulation/main.rs", order: [] },
	scenarios: { entry: "tests/scenarios/main.rs", order: [] },
	browser: { entry: "tests/browser/main.rs", order: [] },
};
// How a crate is called where another imports it.
const NAMES = { domain: "domain", sandbox: "sandbox" };

/** The code without comments, text and tests; line breaks stay. */
function code(source) {
	const bare = source
		// In one pass: two slashes within a text begin no comment, and a quote within a comment no text.
		.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|r(#*)"[\s\S]*?"\1|"(?:\\[\s\S]|[^"\\])*"|'(?:\\.[^']*|[^\\'])'/g, (found) =>
			found.startsWith("/") ? "" : '""',
		)
		// Who may see a thing is no import.
		.replace(/\bpub\(in [^)]*\)/g, "pub");
	return bare.replace(/#\[cfg\((all\()?test\b[^\]]*\]\s*/g, "#[test_only] ").split("#[test_only] ").reduce((kept, part) => kept + part.slice(itemEnd(part)));
}

/** Where the item ends that a text begins with: at its `;`, or at the brace that closes it. */
function itemEnd(text) {
	let depth = 0;
	for (let i = 0; i < text.length; i++) {
		if ("{([".includes(text[i])) depth++;
		else if ("})]".includes(text[i])) {
			depth--;
			if (depth === 0 && text[i] === "}") return i + 1;
		} else if ((text[i] === ";" || text[i] === ",") && depth === 0) return i + 1;
	}
	return text.length;
}

/** `a::{b, c as d, e::*}` as [path, name] pairs; the name of a glob is "*". */
function flatten(tree, before = []) {
	tree = tree.trim();
	const group = tree.indexOf("{");
	if (group >= 0) {
		const path = tree.slice(0, group).split("::").map((s) => s.trim()).filter(Boolean);
		return split(tree.slice(group + 1, tree.lastIndexOf("}"))).flatMap((one) => flatten(one, [...before, ...path]));
	}
	const [path, alias] = tree.split(/\s+as\s+/);
	const segments = [...before, ...path.split("::").map((s) => s.trim()).filter(Boolean)];
	if (segments.at(-1) === "self") segments.pop();
	return segments.length ? [[segments, alias?.trim() ?? segments.at(-1)]] : [];
}

function split(list) {
	const parts = [];
	let [depth, from] = [0, 0];
	for (let i = 0; i <= list.length; i++) {
		if (list[i] === "{") depth++;
		if (list[i] === "}") depth--;
		if (i === list.length || (list[i] === "," && depth === 0)) {
			parts.push(list.slice(from, i));
			from = i + 1;
		}
	}
	return parts.filter((part) => part.trim());
}

/** Every module of a crate by its path, each with its file, what it defines and what it imports. */
function modules(entry) {
	const all = new Map();
	const read = (file, path, text, folder) => {
		const own = { file, path, children: new Set(), defines: new Set(), uses: [], paths: [] };
		all.set(path.join("::"), own);
		let rest = text;
		// Modules within the file are modules of their own, in the same file.
		for (let found; (found = /\bmod\s+(\w+)\s*\{/.exec(rest)); ) {
			const end = found.index + itemEnd(rest.slice(found.index));
			own.children.add(found[1]);
			read(file, [...path, found[1]], rest.slice(found.index + found[0].length, end - 1), join(folder, found[1]));
			rest = rest.slice(0, found.index) + rest.slice(end);
		}
		for (const [, name] of rest.matchAll(/\bmod\s+(\w+)\s*;/g)) {
			const child = [join(folder, `${name}.rs`), join(folder, name, "mod.rs")].find((f) => existsSync(f));
			if (!child) continue;
			own.children.add(name);
			read(child, [...path, name], code(readFileSync(child, "utf8")), join(folder, name));
		}
		const use = /\buse\s+([^;]+);/g;
		for (const [, tree] of rest.matchAll(use)) own.uses.push(...flatten(tree));
		rest = rest.replace(use, "");
		for (const [, name] of rest.matchAll(/\b(?:fn|struct|enum|trait|type|const|static|macro_rules!)\s+(\w+)/g)) own.defines.add(name);
		for (const [path] of rest.matchAll(/\b\w+(?:::\w+)+/g)) own.paths.push(path.split("::"));
	};
	const folder = join(root, dirname(entry));
	read(join(root, entry), [], code(readFileSync(join(root, entry), "utf8")), folder);
	return all;
}

const crates = Object.fromEntries(Object.entries(CRATES).map(([name, { entry }]) => [name, modules(entry)]));

/** The module that defines what a path names, as seen from a module; none where it is another crate's. */
function resolve(crate, module, segments, seen = new Set()) {
	const key = [crate, module.path.join("::"), segments.join("::")].join(" ");
	if (seen.has(key)) return undefined;
	seen.add(key);
	const all = crates[crate];
	const [first, ...rest] = segments;
	if (first === "crate") return walk(crate, all.get(""), rest, seen);
	if (first === "self") return walk(crate, module, rest, seen);
	if (first === "super") return walk(crate, all.get(module.path.slice(0, -1).join("::")), rest, seen);
	if (first in NAMES && !module.children.has(first)) return walk(NAMES[first], crates[NAMES[first]].get(""), rest, seen);
	return named(crate, module, segments, seen);
}

function named(crate, module, segments, seen) {
	const [first, ...rest] = segments;
	if (module.children.has(first)) return walk(crate, crates[crate].get([...module.path, first].join("::")), rest, seen);
	if (module.defines.has(first)) return module;
	for (const [path, name] of module.uses) {
		if (name === first && path[0] !== name) return resolve(crate, module, [...path, ...rest], seen);
	}
	for (const [path, name] of module.uses) {
		const local = ["crate", "self", "super"].includes(path[0]) || module.children.has(path[0]) || path[0] in NAMES;
		const found = name === "*" && local && resolve(crate, module, [...path.slice(0, -1), ...segments], seen);
		if (found && found !== module) return found;
	}
	return undefined;
}

function walk(crate, module, segments, seen) {
	if (!module) return undefined;
	if (segments.length === 0 || segments[0] === "*") return module;
	if (segments[0] === "super") return walk(crate, crates[crate].get(module.path.slice(0, -1).join("::")), segments.slice(1), seen);
	return named(crate, module, segments, seen) ?? module;
}

/** file → file → the names that the first takes from the second. */
const arrows = new Map();
for (const [crate, all] of Object.entries(crates)) {
	for (const module of all.values()) {
		for (const path of [...module.uses.map(([path]) => path), ...module.paths]) {
			const target = resolve(crate, module, path);
			if (!target || target.file === module.file) continue;
			if (!arrows.has(module.file)) arrows.set(module.file, new Map());
			const names = arrows.get(module.file);
			if (!names.has(target.file)) names.set(target.file, new Set());
			names.get(target.file).add(path.at(-1));
		}
	}
}

/** Groups of files that reach each other (Tarjan). */
function circles() {
	const [index, low, stack, found] = [new Map(), new Map(), [], []];
	const visit = (file) => {
		index.set(file, index.size);
		low.set(file, index.get(file));
		stack.push(file);
		for (const next of arrows.get(file)?.keys() ?? []) {
			if (!index.has(next)) visit(next);
			if (stack.includes(next)) low.set(file, Math.min(low.get(file), low.get(next)));
		}
		if (low.get(file) === index.get(file)) {
			const group = stack.splice(stack.indexOf(file));
			if (group.length > 1) found.push(group.sort());
		}
	};
	for (const file of arrows.keys()) if (!index.has(file)) visit(file);
	return found;
}

const short = (file) => relative(root, file);
const [asked] = process.argv.slice(2);
if (asked) {
	const file = join(root, asked);
	for (const [to, names] of arrows.get(file) ?? []) console.log(`-> ${short(to)}: ${[...names].join(", ")}`);
	for (const [from, to] of arrows) if (to.has(file)) console.log(`<- ${short(from)}: ${[...to.get(file)].join(", ")}`);
	process.exit(0);
}

let wrong = 0;
for (const circle of circles()) {
	wrong++;
	console.log(`These ${circle.length} files import each other in a circle:`);
	for (const from of circle) {
		for (const to of circle) {
			const names = arrows.get(from)?.get(to);
			if (names) console.log(`  ${short(from)} -> ${short(to)}: ${[...names].join(", ")}`);
		}
	}
}

const owners = new Map();
for (const [crate, all] of Object.entries(crates)) {
	for (const { file } of all.values()) owners.set(file, crate);
}

/** The room of a file, and its place in one of its crate's orders. */
function room(file, order) {
	const within = short(file).slice(dirname(CRATES[owners.get(file)].entry).length + 1);
	const name = within.split("/")[0].replace(/\.rs$/, "");
	const place = order.split(" > ").findIndex((step) => step.split(" ").includes(name));
	return { name, place };
}

for (const [from, to] of arrows) {
	const crate = owners.get(from);
	const { order, entry } = CRATES[crate];
	if (order.length === 0 || short(from) === entry) continue;
	for (const [target, names] of to) {
		if (owners.get(target) !== crate) continue;
		const allowed = order.some((one) => {
			const [above, below] = [room(from, one), room(target, one)];
			return above.name === below.name || (above.place >= 0 && above.place <= below.place);
		});
		if (allowed) continue;
		wrong++;
		console.log(`${short(from)} imports ${[...names].join(", ")} of ${short(target)}, against the order of rooms`);
	}
}
process.exitCode = wrong ? 1 : 0;
