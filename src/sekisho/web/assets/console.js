"use strict";
// The console works without this file. It follows a run that moves: log, status, and the page
// around them once the status changes. Text from the server is only ever set as text.
(() => {
  const EVERY = { busy: 1000, waiting: 5000, lost: 5000 };

  const element = (tag, name, text) => {
    const made = document.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  };

  const lineOf = (line) => {
    const tone = { error: "bad", warn: "warn" }[line.level] || "plain";
    const row = element("li", tone);
    row.dataset.phase = line.phase;
    row.dataset.level = line.level;
    const time = element("time", "", line.time);
    time.dateTime = line.at;
    const text = element("span", "text", line.text);
    if (line.place) text.append(" ", element("span", "quiet", `(${line.place})`));
    if (line.detail) text.append(element("span", "detail", line.detail));
    row.append(time, element("span", "phase", line.phase), text);
    return row;
  };

  const LEVELS = ["trace", "debug", "info", "warn", "error"];
  // A level that is not known matters: no filter hides it (as the server sees it).
  const rank = (level) => (LEVELS.includes(level) ? LEVELS.indexOf(level) : LEVELS.length);
  // The lines that are there are filtered at once; the button asks the server for all of them.
  const filterLog = (root) => {
    const form = root.querySelector("#log-filter");
    if (!form) return;
    const text = form.elements.log_q.value.trim().toLowerCase();
    const phase = form.elements.log_phase.value;
    const least = Math.max(LEVELS.indexOf(form.elements.log_level.value), 0);
    let shown = 0;
    for (const row of root.querySelectorAll("#log-lines > li")) {
      const fits =
        (!phase || `${row.dataset.phase}-`.startsWith(`${phase}-`)) &&
        (!least || rank(row.dataset.level) >= least) &&
        (!text || row.textContent.toLowerCase().includes(text));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    root.querySelector("#log-none").hidden = shown > 0;
  };

  const addLines = (lines) => {
    const list = document.getElementById("log-lines");
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(...lines.map(lineOf));
    filterLog(document);
    if (atEnd) list.scrollTop = list.scrollHeight;
  };

  const relative = (root) => {
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
    for (const time of root.querySelectorAll("time[data-relative]")) {
      const minutes = Math.round((new Date(time.dateTime) - Date.now()) / 60000);
      const [unit, size] = [["minute", 1], ["hour", 60], ["day", 1440]].findLast(
        ([name, long]) => name === "minute" || Math.abs(minutes) >= 1.6 * long,
      );
      const said = words.format(Math.round(minutes / size), unit);
      const note = time.nextElementSibling || element("span", "quiet relative");
      note.textContent = `(${said})`;
      if (!note.parentElement) time.after(" ", note);
    }
  };

  const toEnd = () => {
    const list = document.getElementById("log-lines");
    if (list) list.scrollTop = list.scrollHeight;
  };

  const dress = (root) => {
    relative(root);
    root.querySelector("#log-filter")?.addEventListener("input", () => filterLog(document));
    toEnd();
    document.dispatchEvent(new CustomEvent("dressed"));
  };

  const focusIn = (found) => {
    const target = found?.matches("details") ? found.querySelector("summary") : found;
    target?.focus({ preventScroll: true });
  };

  const swap = async (live) => {
    // What a form answered has an address of its own, which only takes forms.
    const asked = location.pathname === live.dataset.address ? location.search : "";
    const answer = await fetch(live.dataset.address + asked, { cache: "no-store" });
    if (!answer.ok) return live;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return live;
    const open = [...live.querySelectorAll("details[id][open]")].map((d) => d.id);
    const focused = document.activeElement?.closest("[id]")?.id;
    document.title = page.title;
    live.replaceWith(document.adoptNode(fresh));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused && focused !== "live") focusIn(document.getElementById(focused));
    dress(fresh);
    return fresh;
  };

  const mark = (kind) => {
    const shown = document.getElementById("live-mark");
    shown.hidden = !kind;
    if (kind) shown.textContent = shown.dataset[kind];
  };

  const news = async (live) => {
    const list = document.getElementById("log-lines");
    const address = `${live.dataset.address}/log?after=${encodeURIComponent(list.dataset.cursor)}`;
    const answer = await fetch(address, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.json();
    list.dataset.cursor = String(body.cursor);
    addLines(body.lines);
    return body;
  };

  // Somebody is typing: the page around them stays until the run itself has moved on.
  const typing = (live) =>
    ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName || "") ||
    Boolean(document.querySelector("dialog[open]")) ||
    [...live.querySelectorAll("input, textarea")].some((f) => f.value !== f.defaultValue);

  const follow = async (live) => {
    try {
      const body = await news(live);
      mark(body.busy ? "live" : "");
      const moved = body.status !== live.dataset.status;
      // The badge goes with the page around it; this stays, so that screen readers hear of it.
      if (moved) document.getElementById("announce").textContent = body.status_text;
      const changed = String(body.version) !== live.dataset.version;
      if (moved || (changed && !typing(live))) live = await swap(live);
      if (body.final && !body.more) return mark("");
      setTimeout(follow, body.more ? 0 : EVERY[body.busy ? "busy" : "waiting"], live);
    } catch {
      mark("lost");
      setTimeout(follow, EVERY.lost, live);
    }
  };

  const live = document.getElementById("live");
  dress(document);
  if (live && live.dataset.final === "no") follow(live);
})();
