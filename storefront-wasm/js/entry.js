/**
 * The script's way into the page, at whatever moment its `async` tag brings it there: decode the wasm, start it synchronously, and stand guard at its door.
 *
 * Only what must be JavaScript is here: reading the script's own address, reaching `this` of a patched method, and
 * catching what wasm cannot catch (its own traps, and policies that forbid it). Where wasm does not run, `plain.js`
 * still gets the shopper to the payment page and back.
 */
import { initSync, Script } from "../../target/storefront/pkg/storefront_wasm.js";
import wasm from "../../target/storefront/pkg/storefront_wasm_bg.wasm";
import { plain } from "./plain.js";

/** Puts `saw([this, arguments, result])` behind a method. The caller gets what the method gives or throws. */
const behind = (target, name, saw) => {
  target[name] = new Proxy(target[name], {
    apply(method, self, args) {
      const result = Reflect.apply(method, self, args);
      saw([self, args, result]);
      return result;
    },
  });
};

/**
 * Starts the wasm. `door` makes the functions that the browser may call. None throws: a broken script gives way to
 * the plain one. What is reported while it is busy (a page's own code may run within our calls) waits for its turn.
 */
const start = (own) => {
  let script;
  let busy;
  const door = (signal, tag) => (value) => {
    if (busy) return queueMicrotask(() => door(signal, tag)(value));
    busy = true;
    try {
      script?.on(signal, tag, value);
    } catch {
      script = plain(own);
    }
    busy = false;
  };
  try {
    initSync({ module: wasm });
    script = Script.start({ ...own, window, fetch: fetch.bind(window), behind, door });
  } catch {
    plain(own);
  }
};

/** Where this app serves the script, with the store it is for. */
const OWN = /^(https?:)?\/\/[^/?#]+\/storefront(\/[0-9a-f]{32})?\.js\?(.*&)?store=/;

/**
 * The script's own address. Modules and loaders that run scripts by themselves set no `currentScript`; then the tag is
 * found by what stands in any of its attributes (loaders move `src` elsewhere), or in the list of what was loaded.
 */
const address = () => {
  const attributes = [...document.scripts].flatMap((tag) => [...tag.attributes].map(({ value }) => value));
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  return [document.currentScript?.src, ...attributes, ...loaded].find((it) => OWN.test(it));
};

const src = address();
const once = Symbol.for("komoju-bigcommerce");
// A store may carry two tags, one made by hand and one by the app: the first one works.
if (src && !window[once]) {
  window[once] = true;
  const { origin: app, searchParams } = new URL(src, location);
  start({ app, store: searchParams.get("store"), methods: searchParams.get("methods") });
}
