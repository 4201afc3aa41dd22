"use strict";
// Comfort on the review page: folding, a filter over what is on the page, and single keys.
(() => {
  const KEPT = "sekisho.keys";
  const find = (selector) => document.querySelector(selector);
  const changes = () => [...document.querySelectorAll("#change-list > details.change")];
  const shown = () => changes().filter((change) => !change.hidden);

  const foldAll = (open) => {
    for (const change of shown()) change.open = open;
  };

  const filter = () => {
    const field = find("#filter-q");
    const state = find("#filter-state");
    const words = field.value.trim().toLowerCase();
    const all = changes();
    for (const change of all) change.hidden = !change.dataset.search.toLowerCase().includes(words);
    const count = shown().length;
    const said = count ? state.dataset.some : state.dataset.none;
    const facts = { count, total: all.length };
    state.textContent =
      words === field.defaultValue.toLowerCase()
        ? ""
        : said.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  };

  const allowed = () => {
    try {
      return localStorage.getItem(KEPT) !== "off";
    } catch {
      return true;
    }
  };

  const allow = (on) => {
    try {
      localStorage.setItem(KEPT, on ? "on" : "off");
    } catch {
      // A browser that keeps nothing has its keys on.
    }
  };

  const current = () => document.activeElement?.closest("#change-list > details.change");

  const step = (by) => {
    const list = shown();
    if (!list.length) return;
    const at = list.indexOf(current());
    const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by];
    if (!next) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    next.querySelector("summary").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  };

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    o: () => {
      const change = current();
      if (change) change.open = !change.open;
    },
    e: () => foldAll(true),
    c: () => foldAll(false),
    "/": () => find("#filter-q")?.focus(),
    "?": () => find("#keys")?.showModal(),
  };

  const writing = (target) =>
    target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);

  document.addEventListener("keydown", (event) => {
    const other = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    const act = KEYS[event.key];
    if (!act || other || writing(event.target) || find("dialog[open]") || !find("#change-list")) return;
    if (!allowed()) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const how = event.target.dataset?.fold;
    if (how) foldAll(how === "open");
    if (event.target.closest?.("#keys-open")) find("#keys").showModal();
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "filter-q") filter();
    if (event.target.id === "keys-on") allow(event.target.checked);
  });

  // A link to a change opens it.
  const arrive = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.matches("details.change")) target.open = true;
  };

  const dress = () => {
    const bar = find("#fold");
    if (bar) bar.hidden = false;
    const box = find("#keys-on");
    if (box) box.checked = allowed();
  };

  addEventListener("hashchange", arrive);
  document.addEventListener("dressed", dress);
  dress();
  arrive();
})();
