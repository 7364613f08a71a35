"use strict";
// Letters and values are hostile input: they reach the page through `textContent` alone.

const $ = (id) => document.getElementById(id);

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// --- tables and tabs ---------------------------------------------------------------------------------------------------

function sortable(table) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  heads.forEach((head, column) => {
    const button = make("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") !== "descending" && head.classList.contains("n");
      const direction = falling || head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction);
      for (const body of table.tBodies) if (!body.classList.contains("groups")) sortRows(body, column, direction === "descending" ? -1 : 1);
    });
  });
}

function sortRows(body, column, sign) {
  const key = (row) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v);
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
  const rows = [...body.rows].map((row) => [key(row), row]).sort((a, b) => sign * compare(a[0], b[0]));
  body.append(...rows.map(([, row]) => row));
}

function tabbed(list) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const choose = (tab) => {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", chosen);
      other.tabIndex = chosen ? 0 : -1;
      $(other.getAttribute("aria-controls")).classList.toggle("off", !chosen);
    }
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  });
}

function currentSection() {
  const links = new Map([...document.querySelectorAll(".top nav a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...links.keys()].map($).filter(Boolean);
  const show = () => {
    const line = window.innerHeight / 3;
    const current = sections.filter((section) => section.getBoundingClientRect().top <= line).pop() || sections[0];
    for (const [id, link] of links) id === current.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    const [link, bar] = [links.get(current.id), document.querySelector(".top nav")];
    bar.scrollLeft = link.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2;
  };
  let waiting = false;
  document.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; show(); });
  }, { passive: true });
  show();
}

document.querySelectorAll("table.sortable").forEach(sortable);
document.querySelectorAll('[role="tablist"]').forEach(tabbed);
currentSection();

// --- the error browser -------------------------------------------------------------------------------------------------

const COLUMNS = ["id", "engine", "letter", "field", "outcome", "gold", "read", "reader", "evidence", "confidence", "goldPlace", "readPlace", "placed"];
const PAGE = 150;
const ERRORS = new Set(["wrong", "missing", "invented"]);

function browser(data) {
  const rows = data.rows.map((cells, index) => {
    const row = { index };
    COLUMNS.forEach((name, column) => { row[name] = cells[column]; });
    row.goldText = row.gold === null ? null : data.values[row.gold];
    row.readText = row.read === null ? null : data.values[row.read];
    row.search = [row.goldText, row.readText, data.letters[row.letter][0], data.fields[row.field][0]].join("\n").toLowerCase();
    return row;
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const form = $("filters");
  const START = { engine: data.use, field: "", outcome: "errors", slice: "", letter: "", order: "letter", q: "", row: "" };
  let state = { ...START };
  let found = [];
  let limit = PAGE;

  const engineName = (row) => data.engines[row.engine][0];
  const letterName = (row) => data.letters[row.letter][0];
  const fieldName = (row) => data.fields[row.field][0];

  function engineKey(row) {
    const [name, colour, sign] = data.engines[row.engine];
    const mark = make("i", "", sign);
    mark.setAttribute("aria-hidden", "true");
    const key = make("span", "engine", mark, name);
    key.style.setProperty("--c", `var(${colour})`);
    return key;
  }

  // the address is the state ---------------------------------------------------------------------------------------

  function address(of) {
    const said = Object.keys(START).filter((name) => of[name] !== "" ? name !== "order" || of.order !== START.order : name === "engine" || name === "outcome");
    return "#errors?" + said.map((name) => `${name}=${encodeURIComponent(of[name])}`).join("&");
  }

  function parsed(hash) {
    const read = { ...START };
    for (const pair of hash.slice(hash.indexOf("?") + 1).split("&")) {
      const [name, value = ""] = pair.split("=");
      if (name in START) try { read[name] = decodeURIComponent(value); } catch { /* a broken address filters nothing */ }
    }
    return read;
  }

  function go(changes, replace = false) {
    const before = address(state);
    state = { ...state, ...changes };
    const next = address(state);
    if (next !== before || !location.hash.startsWith("#errors?")) replace ? history.replaceState(null, "", next) : history.pushState(null, "", next);
    show();
  }

  function fromAddress() {
    if (!location.hash.startsWith("#errors?")) return;
    state = parsed(location.hash);
    const chosen = byId.get(state.row);
    if (chosen && !matches(chosen)) state = { ...START, engine: engineName(chosen), outcome: "", letter: letterName(chosen), row: chosen.id };
    show();
    $("errors").scrollIntoView({ behavior: "instant" });
  }

  // filter ------------------------------------------------------------------------------------------------------------

  function matches(row) {
    if (state.engine && engineName(row) !== state.engine) return false;
    if (state.field && fieldName(row) !== state.field) return false;
    if (state.outcome === "errors" ? !ERRORS.has(row.outcome) : state.outcome && row.outcome !== state.outcome) return false;
    if (state.letter && letterName(row) !== state.letter) return false;
    if (state.slice && !inSlice(row)) return false;
    return !state.q || state.q.toLowerCase().split(/\s+/).every((word) => row.search.includes(word));
  }

  const inSlice = (row) => Object.entries(data.letters[row.letter][2]).some(([name, value]) => `${name}:${value}` === state.slice);

  function ordered(list) {
    if (state.order === "letter") return list.sort((a, b) => a.letter - b.letter || a.index - b.index);
    const sign = state.order === "sure" ? -1 : 1;
    const known = (row) => (row.confidence === null ? 2 * sign : row.confidence);
    return list.sort((a, b) => sign * (known(a) - known(b)) || a.index - b.index);
  }

  function show() {
    for (const name of Object.keys(START)) if (form.elements[name] && form.elements[name].value !== state[name]) form.elements[name].value = state[name];
    found = ordered(rows.filter(matches));
    const at = found.findIndex((row) => row.id === state.row);
    limit = Math.max(PAGE, at + 1);
    list();
    detail(byId.get(state.row) || null);
  }

  // list --------------------------------------------------------------------------------------------------------------

  function list() {
    $("hits").replaceChildren(...found.slice(0, limit).map(hit));
    const letters = new Set(found.map((row) => row.letter)).size;
    const what = state.outcome === "errors" ? "error" : state.outcome ? `${state.outcome} value` : "value";
    $("found").textContent = `${found.length.toLocaleString("en")} ${what}${found.length === 1 ? "" : "s"} in ${letters} letter${letters === 1 ? "" : "s"}`;
    $("more").hidden = found.length <= limit;
    $("more").textContent = `Show ${Math.min(PAGE, found.length - limit)} more of ${found.length - limit}`;
    const chosen = $("hits").querySelector('[aria-current="true"]');
    if (chosen) chosen.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  function outcome(row) {
    const signs = { wrong: "≠", missing: "−", invented: "+", correct: "=" };
    return make("span", `outcome ${row.outcome}`, `${signs[row.outcome]} ${row.outcome}`);
  }

  function line(label, text) {
    const shown = text.length > 160 ? text.slice(0, 160) + "…" : text;
    const node = make("span", "line", make("b", "", label), shown);
    node.title = text.slice(0, 600);
    return node;
  }

  function hit(row) {
    const button = make("button", "hit", outcome(row));
    button.type = "button";
    button.dataset.row = row.id;
    if (row.id === state.row) button.setAttribute("aria-current", "true");
    const what = make("span", "what", make("span", "name", fieldName(row)));
    if (row.goldText !== null) what.append(line("label", row.goldText));
    if (row.readText !== null && row.outcome !== "correct") what.append(line("read", row.readText));
    const where = make("span", "where", state.engine ? null : engineKey(row), make("span", "", letterName(row)));
    if (row.confidence !== null) where.append(make("span", "", `sure ${Math.round(100 * row.confidence)} %`));
    if (row.evidence && row.evidence !== "supported") where.append(make("span", "", `evidence ${row.evidence}`));
    button.append(what, where);
    return make("li", "", button);
  }

  // detail ------------------------------------------------------------------------------------------------------------

  function detail(row) {
    const pane = $("detail");
    if (!row) {
      pane.replaceChildren(make("p", "empty", state.row ? "This page holds no such value: its letter is not shown, or the record has changed." : found.length ? "Choose a value to see it in its letter. Arrow keys go through the list." : "Nothing matches this filter."));
      return;
    }
    const letter = make("div", "letter");
    letter.tabIndex = 0;
    letter.setAttribute("role", "region");
    letter.setAttribute("aria-label", "Letter " + letterName(row));
    const [gold, read] = [place(row.goldPlace), place(row.readPlace)];
    const first = marked(letter, data.letters[row.letter][1], gold.spans, read.spans);
    pane.replaceChildren(about(row), legend(row, gold, read), letter);
    const near = first || nearby(letter, gold.near || read.near);
    letter.scrollTop = near ? Math.max(0, near.offsetTop - letter.clientHeight / 3) : 0;
  }

  function place(number) {
    if (number === null) return { source: "none", near: 0, spans: [] };
    const [source, near, ...flat] = data.places[number];
    const spans = [];
    for (let i = 0; i < flat.length; i += 2) spans.push([flat[i], flat[i + 1]]);
    return { source, near, spans };
  }

  function marked(into, text, gold, read) {
    const cuts = [...new Set([0, text.length, ...gold.flat(), ...read.flat()])].sort((a, b) => a - b);
    const within = (spans, start, end) => spans.some(([s, e]) => s <= start && end <= e);
    let first = null;
    for (let i = 0; i + 1 < cuts.length; i++) {
      const [start, end] = [cuts[i], cuts[i + 1]];
      const names = [within(gold, start, end) && "gold", within(read, start, end) && "read"].filter(Boolean);
      if (!names.length) { into.append(text.slice(start, end)); continue; }
      const node = make("mark", names.join(" "), text.slice(start, end));
      node.title = names.map((name) => (name === "gold" ? "the label's value" : "the record's evidence")).join(" and ");
      into.append(node);
      first = first || node;
    }
    return first;
  }

  function nearby(letter, at) {
    const text = letter.firstChild;
    if (!at || !text || at >= text.length) return null;
    const anchor = make("span");
    letter.insertBefore(anchor, text.splitText(at));
    return anchor;
  }

  function about(row) {
    const box = make("div", "about");
    const title = make("div", "title", make("h3", "", fieldName(row)), outcome(row), engineKey(row), make("small", "", letterName(row)), tools(row));
    box.append(title, make("p", "asked", data.fields[row.field][1]));
    const pair = make("dl", "pair");
    const [gold, read] = row.outcome === "wrong" ? compared(row.goldText, row.readText) : [row.goldText, row.readText].map(said);
    pair.append(make("dt", "", "Label"), make("dd", "long", gold), make("dt", "", "Read"), make("dd", "long", read));
    for (const other of alike(row)) pair.append(make("dt", "", engineKey(other)), make("dd", "long", link(other), " ", theirs(row, other)));
    box.append(pair, facts(row));
    return box;
  }

  const said = (text) => (text === null ? make("span", "nothing", "nothing") : text);

  function alike(row) {
    const leaf = (r) => r.id.slice(r.id.indexOf("~"));
    return row.goldText === null ? [] : data.engines.map(([name]) => byId.get(encodeURIComponent(name).replaceAll("~", "%7E") + leaf(row))).filter((other) => other && other !== row);
  }

  function theirs(row, other) {
    if (other.readText === null || other.readText === row.goldText) return "";
    return other.readText === row.readText ? make("span", "nothing", "the same") : other.readText;
  }

  function link(row) {
    const anchor = make("a", "", row.outcome);
    anchor.href = address({ ...state, engine: engineName(row), outcome: "", row: row.id });
    return anchor;
  }

  function facts(row) {
    const list = make("p", "facts");
    const fact = (name, value) => { if (value !== null && value !== "") list.append(make("span", "", name + " ", make("b", "", value))); };
    fact("reader", row.reader);
    fact("evidence", row.evidence);
    fact("touches the label's evidence", row.placed === null ? null : row.placed ? "yes" : "no");
    fact("confidence", row.confidence === null ? null : row.confidence.toFixed(2));
    return list;
  }

  function tools(row) {
    const at = found.indexOf(row);
    const button = (words, name, action, off) => {
      const node = make("button", "quiet", words);
      node.type = "button";
      node.setAttribute("aria-label", name);
      node.disabled = Boolean(off);
      node.addEventListener("click", action);
      return node;
    };
    return make("span", "tools",
      button("↑", "Previous value", () => step(-1), at <= 0),
      button("↓", "Next value", () => step(1), at < 0 || at + 1 >= found.length),
      button("Copy link", "Copy a link to this value", () => copy(location.href)));
  }

  function step(by) {
    const next = found[found.findIndex((row) => row.id === state.row) + by];
    if (next) go({ row: next.id });
  }

  async function copy(text) {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", "", text);
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
    }
    const toast = make("div", "toast", done ? "Link copied" : "Copy the address of this page: it is the link");
    toast.setAttribute("role", "status");
    document.body.append(toast);
    setTimeout(() => toast.remove(), 1800);
  }

  function legend(row, gold, read) {
    const key = (name, words) => make("span", "", make("mark", name, "words"), " " + words);
    const box = make("p", "legend");
    if (gold.spans.length) box.append(key("gold", gold.source === "label" ? "the label's evidence" : "where the label's value was found"));
    if (read.spans.length) box.append(key("read", "the record's evidence"));
    if (row.goldText !== null && !gold.spans.length) box.append(make("span", "", "The label's value stands nowhere in these words."));
    if (row.readText !== null && !read.spans.length) box.append(make("span", "", "The record names no evidence."));
    return box;
  }

  // words of two values that differ: longest common subsequence -------------------------------------------------------

  function compared(gold, read) {
    const [a, b] = [gold.split(/(\s+)/), read.split(/(\s+)/)];
    if (a.length * b.length > 400000) return [gold, read];
    const [inA, inB] = common(a, b);
    return [shaded(a, inA), shaded(b, inB)];
  }

  function common(a, b) {
    const width = b.length + 1;
    const best = new Uint16Array((a.length + 1) * width);
    const same = (i, j) => a[i].toLowerCase() === b[j].toLowerCase() || (!a[i].trim() && !b[j].trim());
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        best[i * width + j] = same(i, j) ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    const [inA, inB] = [new Set(), new Set()];
    for (let i = 0, j = 0; i < a.length && j < b.length; ) {
      if (same(i, j)) { inA.add(i++); inB.add(j++); }
      else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++;
      else j++;
    }
    return [inA, inB];
  }

  function shaded(words, shared) {
    const box = make("span");
    words.forEach((word, index) => box.append(shared.has(index) || !word.trim() ? word : make("span", "differs", word)));
    return box;
  }

  // doors -------------------------------------------------------------------------------------------------------------

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    const { name, value } = event.target;
    go({ [name]: value, row: "" }, name === "q" && location.hash.includes("&q="));
  });
  $("reset").addEventListener("click", () => go(START));
  $("more").addEventListener("click", () => { limit += PAGE; list(); });
  $("hits").addEventListener("click", (event) => {
    const button = event.target.closest(".hit");
    if (button) { go({ row: button.dataset.row }); focusChosen(); }
  });
  $("hits").addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    state.row ? step(by) : found.length && go({ row: found[0].id });
    focusChosen();
  });
  const focusChosen = () => $("hits").querySelector('[aria-current="true"]')?.focus({ preventScroll: true });
  window.addEventListener("popstate", fromAddress);
  show();
  fromAddress();
}

if ($("filters")) browser(JSON.parse($("data").textContent));
