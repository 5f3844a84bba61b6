"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const colours = { "impossible": "#d55e00", "unit-suspect": "#b58900", "conflicts": "#8a4f9e",
  "consistent": "#007a5a", "plausible": "#0072b2", "not-checkable": "#5a6572" };
const marks = { "impossible": "\u2715", "unit-suspect": "?", "conflicts": "\u2260",
  "consistent": "=", "plausible": "\u2248", "not-checkable": "\u2013" };
const $ = id => document.getElementById(id);
const fold = text => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
let chosen = null, wanted = "";

function make(name, attributes, text) {
  const svg = ["svg", "circle", "line", "text", "path", "g", "rect", "title"].includes(name);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}
function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return +(value / 1e9).toPrecision(3) + " billion";
  if (size >= 1e6) return +(value / 1e6).toPrecision(3) + " million";
  if (size >= 1e3) return Math.round(value).toLocaleString("en");
  return String(+value.toPrecision(3));
}
function shown(claim) {
  if (claim.kind === "grade" && claim.value) {
    const fine = ["Au", "Ag"].includes(claim.commodity);
    return fine ? short(claim.value * 1e6) + " g/t" : short(claim.value * 100) + " %";
  }
  return short(claim.value) + (claim.axis ? " " + claim.axis : "");
}
function said(claim) {
  const number = claim.text.replace(/^(\d+(?:\.\d+)?)e(\d+)$/, (m, a, b) => short(+a * 10 ** +b));
  return claim.subject + ": " + claim.property + " " + number + " " + claim.unit;
}
function matches(text) { return fold(text).includes(fold(wanted)); }
function inSearch(deposit) {
  return matches([deposit.name, ...deposit.aliases, ...deposit.commodities,
    ...deposit.countries].join(" "));
}

function drawMap() {
  const map = $("map"), width = 560, height = 430, edge = 42;
  map.replaceChildren();
  map.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const placed = data.deposits.filter(d => d.lon !== null && d.lat !== null);
  if (!placed.length) { map.append(make("text", { x: 20, y: 40 }, "No deposit has a position.")); return; }
  const lons = placed.map(d => d.lon), lats = placed.map(d => d.lat);
  const middle = (Math.min(...lats) + Math.max(...lats)) / 2;
  const stretch = Math.cos(middle * Math.PI / 180);
  const wide = Math.max((Math.max(...lons) - Math.min(...lons)) * stretch, .2) * 1.25;
  const high = Math.max(Math.max(...lats) - Math.min(...lats), .2) * 1.25;
  const scale = Math.min((width - 2 * edge) / wide, (height - 2 * edge) / high);
  const west = (Math.min(...lons) + Math.max(...lons)) / 2;
  const x = lon => width / 2 + (lon - west) * stretch * scale;
  const y = lat => height / 2 - (lat - middle) * scale;
  const step = [.1, .25, .5, 1, 2, 5, 10, 20].find(s => s * scale * stretch > 55) || 30;
  for (let lon = Math.ceil((west - wide / stretch / 1.6) / step) * step; x(lon) < width - 4; lon += step) {
    if (x(lon) < edge - 10) continue;
    map.append(make("line", { x1: x(lon), x2: x(lon), y1: 0, y2: height - 20, stroke: "#e3e7eb" }));
    map.append(make("text", { x: x(lon), y: height - 6, "text-anchor": "middle", class: "soft" },
      +lon.toFixed(2) + "\u00b0E"));
  }
  for (let lat = Math.ceil((middle - high) / step) * step; y(lat) > 8; lat += step) {
    if (y(lat) > height - 26) continue;
    map.append(make("line", { x1: edge - 6, x2: width, y1: y(lat), y2: y(lat), stroke: "#e3e7eb" }));
    map.append(make("text", { x: 2, y: y(lat) + 4, class: "soft" }, +lat.toFixed(2) + "\u00b0N"));
  }
  for (const area of data.areas) for (const ring of area.rings) {
    const shape = make("path", { d: "M" + ring.map(p => x(p[0]).toFixed(1) + " " + y(p[1]).toFixed(1))
      .join("L") + "Z", fill: "none", stroke: "#3c4650", "stroke-width": .9 });
    shape.append(make("title", {}, area.name + " (" + area.kind + "): " + area.parties + " " +
      area.start + " to " + (area.end || "open")));
    map.append(shape);
  }
  const dots = [], boxes = [];
  for (const deposit of placed) {
    const on = inSearch(deposit), picked = chosen === deposit.id;
    const radius = (deposit.radius_km || 0) / 111.2 * scale;
    map.append(make("circle", { cx: x(deposit.lon), cy: y(deposit.lat), r: Math.max(radius, 1),
      fill: "none", stroke: "#5a6572", "stroke-dasharray": "2 3", opacity: on ? .8 : .15 }));
    const dot = make("circle", { cx: x(deposit.lon), cy: y(deposit.lat), r: picked ? 7 : 5, class: "dot",
      fill: picked ? "#d55e00" : "#0072b2", stroke: "#fff", opacity: on ? 1 : .2 });
    dot.append(make("title", {}, [deposit.name, ...deposit.aliases].join(", ")));
    dot.addEventListener("click", () => choose(deposit.id));
    map.append(dot);
    dots.push([x(deposit.lon), y(deposit.lat)]);
  }
  for (const deposit of placed.filter(inSearch)) label(map, deposit.name, x(deposit.lon), y(deposit.lat), dots, boxes, width);
  const bar = 50 / 111.2 * scale;
  map.append(make("line", { x1: width - 20 - bar, x2: width - 20, y1: 18, y2: 18, stroke: "#1d232b",
    "stroke-width": 2 }));
  map.append(make("text", { x: width - 20, y: 34, "text-anchor": "end", class: "soft" }, "50 km"));
}

function label(map, text, x, y, dots, boxes, width) {
  const long = text.length * 7, places = [];
  for (const reach of [9, 22, 38, 56]) for (const turn of [0, 180, -45, 45, -135, 135, 90, -90])
    places.push([reach, turn * Math.PI / 180]);
  let best = null, least = Infinity;
  for (const [reach, turn] of places) {
    const at = x + reach * Math.cos(turn), up = y + reach * Math.sin(turn) * .8;
    const left = Math.cos(turn) < -.1 ? at - long : Math.abs(Math.cos(turn)) < .1 ? at - long / 2 : at;
    const box = [left, up - 8, left + long, up + 7];
    let bad = reach / 40 + (box[0] < 2 || box[2] > width - 2 ? 20 : 0);
    for (const b of boxes) if (box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]) bad += 10;
    for (const d of dots) if (box[0] - 5 < d[0] && d[0] < box[2] + 5 && box[1] - 4 < d[1] && d[1] < box[3] + 4) bad += 4;
    if (bad < least) { least = bad; best = { box, reach, at, up }; }
  }
  boxes.push(best.box);
  if (best.reach > 10) map.append(make("line", { x1: x, y1: y, x2: best.at, y2: best.up, stroke: "#5a6572", "stroke-width": .7 }));
  map.append(make("text", { x: best.box[0], y: best.up + 4 }, text));
}

const titles = { "metal": "Contained", "ore": "Ore", "grade": "Grade", "ore rate": "Ore milled in a year",
  "product rate": "Output in a year", "life": "Life", "capex": "Capital cost", "money": "Money",
  "budget": "To the budget" };
function titled(kind, commodity) { return (titles[kind] || kind) + (commodity ? " " + commodity : ""); }
function cut(text, most) { return text.length > most ? text.slice(0, most - 1) + "\u2026" : text; }

function forest(title, claims, estimate) {
  const width = 620, row = 30, left = 235, right = 78, top = 30;
  const height = top + (claims.length + (estimate ? 1 : 0)) * row + 34;
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  const logs = claims.map(c => Math.log10(c.value)).concat(claims.filter(c => c.high)
    .map(c => Math.log10(c.high)));
  const low = Math.floor(Math.min(...logs) - .15), high = Math.ceil(Math.max(...logs) + .15);
  const x = value => left + (Math.log10(value) - low) / (high - low) * (width - left - right);
  svg.append(make("text", { x: 8, y: 18, "font-weight": 700 }, title));
  for (let tick = low; tick <= high; tick++) {
    const at = x(10 ** tick);
    svg.append(make("line", { x1: at, x2: at, y1: top - 4, y2: height - 26, stroke: "#e3e7eb" }));
    svg.append(make("text", { x: at, y: height - 10, "text-anchor": "middle", class: "soft" },
      shown({ ...claims[0], value: 10 ** tick })));
  }
  claims.forEach((claim, place) => {
    const y = top + place * row + 14, colour = colours[claim.verdict];
    svg.append(make("text", { x: 8, y: y + 4 }, cut((claim.date || "undated").slice(0, 10) + "  " +
      (claim.who || claim.source), 33)));
    if (claim.high) svg.append(make("line", { x1: x(claim.value), x2: x(claim.high), y1: y, y2: y,
      stroke: colour, "stroke-width": 3 }));
    const dot = make("circle", { cx: x(claim.value), cy: y, r: 6, fill: colour });
    dot.append(make("title", {}, said(claim) + " \u2014 " + claim.who + " \u2014 " + claim.reason));
    svg.append(dot);
    svg.append(make("text", { x: x(claim.value), y: y + 4, "text-anchor": "middle",
      style: "fill:#fff;font-size:10px;pointer-events:none" }, marks[claim.verdict]));
    svg.append(make("text", { x: x(claim.value) + 10, y: y - 4, class: "soft" }, shown(claim)));
  });
  if (estimate) {
    const y = top + claims.length * row + 14, at = x(estimate.estimate);
    svg.append(make("text", { x: 8, y: y + 4, "font-weight": 700 }, "Estimate (10th to 90th percentile)"));
    svg.append(make("line", { x1: x(estimate.low), x2: x(estimate.high), y1: y, y2: y, stroke: "#1d232b", "stroke-width": 2 }));
    svg.append(make("path", { d: `M${at - 7} ${y}L${at} ${y - 6}L${at + 7} ${y}L${at} ${y + 6}Z`, fill: "#1d232b" }));
    svg.append(make("text", { x: x(estimate.high) + 6, y: y + 4, class: "soft" }, shown({ ...claims[0], value: +estimate.estimate.toPrecision(2) })));
  }
  return svg;
}

function matrix(conflict) {
  const table = make("table", { class: "matrix" }), head = make("tr");
  head.append(make("th", {}, "times"));
  for (const id of conflict.claims) head.append(make("th", {}, id));
  table.append(head);
  conflict.claims.forEach((id, i) => {
    const line = make("tr");
    line.append(make("th", {}, id));
    conflict.ratio[i].forEach((ratio, j) => {
      const strength = Math.min(Math.log(ratio) / Math.log(10), 1);
      const cell = make("td", { style: i === j ? "background:#eef1f3"
        : `background:rgba(213,94,0,${(strength * .55).toFixed(2)})` },
        i === j ? "" : ratio >= 1000 ? short(ratio) : ratio.toFixed(2));
      line.append(cell);
    });
    table.append(line);
  });
  return table;
}

function drawOwners(box) {
  const here = data.owners.filter(o => o.deposit === chosen);
  const names = [...new Set(here.map(o => o.area))];
  if (names.length) box.append(make("h3", {}, "Areas and who stands behind them"));
  for (const name of names) {
    const area = data.areas.find(a => a.area === name);
    box.append(make("p", {}, area.name + " (" + area.kind + ", " + (area.start || "start not known") +
      " to " + (area.end || "open") + "): " + area.terms + "."));
    const list = make("ul");
    for (const party of [...new Set(here.filter(o => o.area === name).map(o => o.party))]) {
      const owners = here.filter(o => o.area === name && o.party === party);
      const known = owners.some(o => o.owner !== party);
      const words = owners.map(o => o.owner + " (" + (o.share === null ? "share not published"
        : +(o.share * 100).toFixed(3) + " %") + ")");
      const item = make("li", {}, party + (known ? ": " + words.join(", ") : ""));
      item.append(make("span", { class: "note" }, known ? " \u2014 " + owners[0].sources.split("|").join("; ") : ""));
      list.append(item);
    }
    box.append(list, make("p", { class: "note" }, "Source: " + area.source));
  }
}

function drawOne() {
  const box = $("one");
  box.replaceChildren();
  const deposit = data.deposits.find(d => d.id === chosen);
  if (!deposit) { box.append(make("p", { class: "note" }, "Choose a deposit on the map or in the list.")); return; }
  box.append(make("h2", {}, deposit.name));
  box.append(make("p", {}, "Also " + (deposit.aliases.join(", ") || "no other name") + ". " +
    deposit.commodities.join(", ") + ". " + deposit.countries.join(" and ") + "."));
  box.append(make("p", { class: "note" }, "Position: " + (deposit.source || "no source") +
    (deposit.radius_km ? "; within " + deposit.radius_km + " km" : "")));
  drawOwners(box);
  const mine = data.claims.filter(c => c.deposit === chosen);
  const groups = {};
  for (const claim of mine) if (claim.value > 0 && claim.axis !== null)
    (groups[claim.kind + "|" + claim.commodity] ||= []).push(claim);
  for (const [name, claims] of Object.entries(groups)) {
    const [kind, commodity] = name.split("|");
    const estimate = data.estimates.find(e => e.deposit === chosen && e.kind === kind && e.commodity === commodity);
    claims.sort((a, b) => (a.date || "9999").localeCompare(b.date || "9999"));
    box.append(forest(titled(kind, commodity), claims, estimate));
    if (estimate && estimate.excluded.length) box.append(make("p", { class: "note" }, "Not counted: " +
      estimate.excluded.map(e => e.claim_id + " (" + e.reason.split(" (")[0] + ")").join("; ") + "."));
  }
  const key = make("p", { class: "note" });
  key.textContent = Object.entries(marks).map(([name, mark]) => mark + " " + name).join("   ") +
    ". Logarithmic axes.";
  if (mine.length) box.append(key);
  const pairs = data.conflicts.filter(c => c.deposit === chosen);
  if (pairs.length) box.append(make("h3", {}, "How many times two claims differ"));
  for (const pair of pairs) {
    box.append(make("p", { class: "note" }, titled(pair.kind, pair.commodity)));
    const scroll = make("div", { class: "scroll" });
    scroll.append(matrix(pair));
    box.append(scroll);
  }
  if (!mine.length) box.append(make("p", { class: "note" }, "No claim about it yet."));
}

function drawList() {
  const list = $("deposits");
  list.replaceChildren();
  for (const deposit of data.deposits.filter(inSearch)) {
    const item = make("li"), button = make("button", { type: "button",
      "aria-pressed": String(chosen === deposit.id) }, deposit.name);
    button.addEventListener("click", () => choose(deposit.id));
    item.append(button);
    list.append(item);
  }
}

function drawClaims() {
  const body = $("claims").querySelector("tbody");
  body.replaceChildren();
  const order = Object.keys(colours);
  const rows = data.claims.filter(c => (!chosen || wanted || c.deposit === chosen) &&
    matches([c.subject, c.property, c.who, c.source, c.verdict, c.reason].join(" ")))
    .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  $("count").textContent = `(${rows.length} of ${data.claims.length})`;
  for (const claim of rows) {
    const line = make("tr");
    const verdict = make("td", { class: "v", style: "color:" + colours[claim.verdict] },
      marks[claim.verdict] + " " + claim.verdict);
    line.append(verdict, make("td", {}, said(claim) + (claim.date ? " (" + claim.date + ")" : "")),
      make("td", {}, claim.who || claim.source));
    const best = claim.best ? " Best reading: " + claim.best.reading + "." : "";
    line.append(make("td", {}, claim.reason + (claim.arithmetic ? ": " + claim.arithmetic : "") + "." + best));
    body.append(line);
  }
}

function choose(id) { chosen = chosen === id ? null : id; location.hash = chosen || ""; draw(); }
function draw() { drawMap(); drawList(); drawOne(); drawClaims(); }
$("title").textContent = data.title;
$("lead").textContent = `${data.deposits.length} deposits, ${data.claims.length} claims` +
  (data.as_of ? ", as of " + data.as_of : "") + ". Each claim with its verdict and the arithmetic.";
$("search").addEventListener("input", event => { wanted = event.target.value.trim(); draw(); });
chosen = decodeURIComponent(location.hash.slice(1)) || null;
draw();
