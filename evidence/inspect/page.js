"use strict";
(() => {
  const ROW = 16, BLOCK = 64, COLOURS = 6;
  const data = JSON.parse(document.getElementById("data").textContent);
  const fields = [];   // every field of every layer: {layer, span, row, claims}
  const layers = [];   // every layer: {section, runs: [{start, end, elements}]}
  let picked = null;

  // Texts reach the page here, and nowhere else.
  function make(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function put(parent, ...children) {
    parent.append(...children);
    return parent;
  }
  const hex = (number, width) => number.toString(16).padStart(width, "0");
  const where = (start, end) => `0x${hex(start, 5)}-0x${hex(end, 5)}, ${end - start} bytes`;

  // Which field each byte of a stretch belongs to: the smallest that has it. Every byte is looked at once.
  function owners(start, size, spans) {
    const owner = new Int32Array(size).fill(-1), next = new Int32Array(size + 1);
    for (let at = 0; at <= size; at++) next[at] = at;
    const free = (at) => {
      let root = at;
      while (next[root] !== root) root = next[root];
      while (next[at] !== root) [next[at], at] = [root, next[at]];
      return root;
    };
    const order = spans.map((_, index) => index);
    const rank = (index) => (spans[index].kind === "error" ? -1 : spans[index].end - spans[index].start);
    order.sort((one, other) => rank(one) - rank(other) || one - other);
    for (const index of order) {
      const end = Math.min(spans[index].end - start, size);
      for (let at = free(Math.max(spans[index].start - start, 0)); at < end; at = free(at)) {
        owner[at] = index;
        next[at] = at + 1;
      }
    }
    return owner;
  }

  function drawBytes(layer, spans, first, runs) {
    const dump = make("div", "dump");
    const edges = new Set(spans.flatMap((span) => [span.start, span.end]));
    let end = 0;
    for (const [start, text] of layer.bytes) {
      if (start > end) dump.append(make("div", "gap", `${start - end} bytes are not shown`));
      const size = text.length / 2, owner = owners(start, size, spans);
      const values = Array.from({ length: size }, (_, at) => text.slice(2 * at, 2 * at + 2));
      let block = null, count = 0;
      for (let line = start - (start % ROW); line < start + size; line += ROW) {
        if (count++ % BLOCK === 0) dump.append(block = make("div", "rows"));
        block.append(drawRow(line, Math.max(line, start), Math.min(line + ROW, start + size), start));
      }
      end = start + size;

      function drawRow(line, from, to, base) {
        const row = make("div", "row"), bytes = make("span", "hex"), letters = make("span", "text");
        put(row, make("span", "at", hex(line, 6)), bytes, letters);
        if (from > line) {
          bytes.append("   ".repeat(from - line));
          letters.append(" ".repeat(from - line));
        }
        for (let at = from; at < to;) {
          const mine = owner[at - base];
          let stop = at + 1;
          while (stop < to && owner[stop - base] === mine && !edges.has(stop)) stop++;
          const part = values.slice(at - base, stop - base);
          const shown = part.map((value) => {
            const code = parseInt(value, 16);
            return code > 31 && code < 127 ? String.fromCharCode(code) : ".";
          }).join("");
          const kind = mine < 0 ? "run" : `run ${spans[mine].kind === "error" ? "error" : `c${mine % COLOURS}`}`;
          const elements = [make("span", kind, part.join(" ")), make("span", kind, shown)];
          for (const element of elements) {
            element.dataset.start = at;
            element.dataset.end = stop;
            if (mine >= 0) element.dataset.field = first + mine;
          }
          runs.push({ start: at, end: stop, elements });
          put(bytes, elements[0], stop < to ? " " : "");
          letters.append(elements[1]);
          at = stop;
        }
        return row;
      }
    }
    if (layer.size > end) dump.append(make("div", "gap", `${layer.size - end} bytes are not shown`));
    return dump;
  }

  function drawFields(piece, spans, first, index, base) {
    const table = make("table"), body = make("tbody");
    put(table, put(make("thead"), put(make("tr"), ...["offset", "size", "field", "value and claims"].map((name) => make("th", "", name)))), body);
    spans.forEach((span, at) => {
      const row = make("tr"), value = make("td"), name = make("td");
      row.dataset.field = first + at;
      name.append(make("span", `swatch ${span.kind === "error" ? "error" : `c${at % COLOURS}`}`, span.field));
      if (span.value !== undefined) value.append(make("span", "", span.value));
      if (span.layer !== undefined) {
        const button = make("button", "into", piece.layers[span.layer].name);
        button.type = "button";
        button.dataset.into = base + span.layer;
        put(value, " ", button);
      }
      const claims = (span.claims || []).map(([path, text]) => {
        const claim = make("span", "claim", path);
        claim.dataset.claim = path;
        claim.dataset.field = first + at;
        return put(claim, " = ", make("b", "", text));
      });
      put(row, make("td", "num", `0x${hex(span.start, 5)}`), make("td", "num", span.end - span.start), name, put(value, ...claims));
      body.append(row);
      fields.push({ piece, layer: index, span, row, claims });
    });
    return table;
  }

  function drawLayer(piece, at, base) {
    const layer = piece.layers[at], index = layers.length, first = fields.length, runs = [];
    const section = make("section", "layer");
    section.dataset.layer = layer.name;
    section.append(make("h2", "", `${layer.name}, ${layer.size} bytes`));
    if (layer.parent !== null) {
      const parent = piece.layers[layer.parent].name;
      const from = layer.outer ? `${where(...layer.outer)} of ${parent}` : parent;
      section.append(make("p", "dim", `${layer.kind}, made from ${from}`));
    }
    layers.push({ section, layer, runs });
    const table = drawFields(piece, layer.spans, first, index, base);
    section.append(put(make("div", "pair"), drawBytes(layer, layer.spans, first, runs), table));
    return section;
  }

  function drawPiece(piece) {
    const article = make("article");
    const at = piece.at ? ` (${piece.at})` : "";
    article.append(make("h1", "", `${piece.source}${at}: ${piece.title}`));
    if (piece.stop) article.append(make("p", "stop", `${piece.stop.code}: ${piece.stop.message}`));
    const facts = make("dl");
    for (const [name, text] of piece.facts) put(facts, make("dt", "", name), make("dd", "", text));
    article.append(facts);
    if (piece.notes.length) {
      const list = make("ul", "notes");
      for (const [code, path, detail, meaning] of piece.notes) {
        const item = make("li");
        put(item, make("code", "", code), ` ${path}: ${detail}`, make("span", "dim", meaning ? ` (${meaning})` : ""));
        list.append(item);
      }
      put(article, make("h2", "", "Notes"), list);
    }
    const base = layers.length;
    piece.layers.forEach((_, at) => article.append(drawLayer(piece, at, base)));
    return article;
  }

  // Marks

  function runsOf({ layer, span }) {
    const runs = layers[layer].runs;
    let low = 0, high = runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (runs[middle].end <= span.start) low = middle + 1; else high = middle;
    }
    const mine = [];
    for (let at = low; at < runs.length && runs[at].start < span.end; at++) mine.push(...runs[at].elements);
    return mine;
  }
  function clear(name) {
    for (const element of document.querySelectorAll(`.${name}`)) element.classList.remove(name);
  }
  function mark(name, marked) {
    for (const field of marked) {
      field.row.classList.add(name);
      for (const element of runsOf(field)) element.classList.add(name);
    }
  }
  function sharing(field, path) {
    return fields.filter((other) => other.piece === field.piece && other.claims.some((claim) => claim.dataset.claim === path));
  }
  function hover(target) {
    clear("hover");
    const holder = target && target.closest("[data-field]");
    if (!holder) return;
    const field = fields[Number(holder.dataset.field)], path = holder.dataset.claim;
    if (path === undefined) return mark("hover", [field]);
    holder.classList.add("hover");
    mark("hover", sharing(field, path));
  }

  const detail = make("aside");
  detail.id = "detail";
  detail.hidden = true;
  function tell({ layer, span }) {
    detail.replaceChildren();
    const list = make("dl"), name = layers[layer].layer.name;
    const say = (term, text, kind) => put(list, make("dt", "", term), make("dd", kind || "", text));
    say("field", span.field);
    say("place", `${where(span.start, span.end)} of ${name}`);
    if (span.value !== undefined) say("value", span.value);
    for (const [path, text, meaning] of span.claims || []) {
      say("claim", `${path} = ${text}`);
      if (meaning) say("", meaning, "dim");
    }
    if (span.covered) say("covered by", `${span.covered.join(", ")} (not checked)`);
    else if (span.kind === "field") say("covered by", "no signature");
    detail.append(list);
    Object.assign(detail.dataset, { layer: name, start: span.start, end: span.end, field: span.field });
    detail.hidden = false;
  }
  function pick(index, from) {
    clear("picked");
    picked = index;
    if (index === null) {
      detail.hidden = true;
      return;
    }
    const field = fields[index];
    mark("picked", [field]);
    tell(field);
    const runs = runsOf(field);
    if (from !== "bytes" && runs.length) runs[0].scrollIntoView({ block: "nearest" });
    if (from !== "field") field.row.scrollIntoView({ block: "nearest" });
  }

  // Search

  const search = make("input"), hits = make("span", "dim");
  search.id = "search";
  search.type = "search";
  search.placeholder = "search: field, claim, value, bytes in hexadecimal   ( / )";
  search.setAttribute("aria-label", "search");
  hits.id = "hits";
  function bytesOf({ layer, span }) {
    for (const [start, text] of layers[layer].layer.bytes) {
      if (start <= span.start && span.start < start + text.length / 2) return text.slice(2 * (span.start - start), 2 * (span.end - start));
    }
    return "";
  }
  function find() {
    const text = search.value.trim().toLowerCase(), bare = text.replace(/^0x|\s/g, "");
    let count = 0;
    for (const field of fields) {
      const words = `${field.row.textContent} ${field.claims.map((claim) => claim.textContent).join(" ")}`.toLowerCase();
      const bytes = bare.length > 1 && /^[0-9a-f]+$/.test(bare) && bytesOf(field).includes(bare);
      const isHit = !text || words.includes(text) || bytes;
      field.row.classList.toggle("away", !isHit);
      count += isHit;
    }
    hits.textContent = text ? `${count} of ${fields.length} fields` : "";
  }
  const visible = () => fields.map((_, at) => at).filter((at) => !fields[at].row.classList.contains("away"));
  function step(by) {
    const rows = visible();
    if (!rows.length) return;
    const at = rows.indexOf(picked);
    pick(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)]);
  }

  // The page

  const bar = make("div"), theme = make("button", "", "dark or light");
  bar.id = "bar";
  theme.id = "theme";
  theme.type = "button";
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  put(bar, search, hits, theme, make("span", "dim", "arrows: next field; /: search; Escape: none"));
  const main = make("main");
  put(document.body, bar, main, detail);
  for (const text of data.left) main.append(make("p", "left stop", `Left out: ${text}.`));
  for (const piece of data.pieces) main.append(drawPiece(piece));

  main.addEventListener("mouseover", (event) => hover(event.target));
  main.addEventListener("mouseleave", () => hover(null));
  main.addEventListener("click", (event) => {
    const into = event.target.closest("[data-into]");
    if (into) return layers[Number(into.dataset.into)].section.scrollIntoView({ block: "start" });
    const holder = event.target.closest("[data-field]");
    if (holder) pick(Number(holder.dataset.field), holder.closest(".dump") ? "bytes" : "field");
  });
  search.addEventListener("input", find);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = document.activeElement === search;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && typing) step(1);
    else if (event.key === "/" && !typing) search.focus();
    else if (event.key === "Escape") {
      search.value = "";
      find();
      search.blur();
      pick(null);
    } else return;
    event.preventDefault();
  });
})();
