"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const common = {responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: ""};
  const config = Object.assign({modeBarButtons: [["toImage"]]}, common);
  const mapConfig = Object.assign({modeBarButtons: [["toImage", "zoomInGeo", "zoomOutGeo"]], scrollZoom: document.body.classList.contains("map-page")}, common);
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const PRINT_PX = 1030; // the width of a landscape page between its margins
  let printing = false;

  function colours() {
    return dark.matches && !printing
      ? {ink: "#e8ebee", grid: "#39424c", land: "#2a323b", ocean: "#151b22", border: "#47525d", coast: "#6b7884", panel: "#1b2128", lift: true}
      : {ink: "#1b1f24", grid: "#d5dae0", land: "#efebe3", ocean: "#dce8f0", border: "#c4bcad", coast: "#93a1ac", panel: "#ffffff", lift: false};
  }

  // Colours that are too dark to tell apart from a dark page, and their lighter neighbours.
  const LIFT = {"#0072B2": "#3AA0DC", "#6B5B4B": "#B5A48F", "#8A8A8A": "#A5A5A5", "#1A1A1A": "#E8EBEE", "#882255": "#CC6699", "#B00020": "#FF6B7D", "#A6761D": "#D2A24C"};
  function lifted(value) {
    if (typeof value === "string") return LIFT[value] || value;
    if (Array.isArray(value)) return value.map(lifted);
    if (value && typeof value === "object") {
      const out = {};
      for (const name of Object.keys(value)) out[name] = name === "meta" ? value[name] : lifted(value[name]);
      return out;
    }
    return value;
  }

  function themed(layout) {
    const c = colours(), out = copy(layout);
    out.paper_bgcolor = out.plot_bgcolor = "rgba(0,0,0,0)";
    out.font = Object.assign({}, out.font, {color: c.ink});
    out.hoverlabel = Object.assign({}, out.hoverlabel, {bgcolor: c.panel, bordercolor: c.grid, font: {color: c.ink}});
    out.modebar = {bgcolor: "rgba(0,0,0,0)", color: c.ink, activecolor: c.ink};
    for (const name of Object.keys(out)) {
      if (/^[xy]axis/.test(name)) Object.assign(out[name], {gridcolor: c.grid, zerolinecolor: c.grid, linecolor: c.grid});
    }
    if (printing) out.width = PRINT_PX;
    if (out.geo) Object.assign(out.geo, {landcolor: c.land, oceancolor: c.ocean, countrycolor: c.border, coastlinecolor: c.coast});
    return out;
  }

  function paint(trace) {
    const c = colours(), out = c.lift ? lifted(trace) : Object.assign({}, trace);
    if (out.textfont) out.textfont = Object.assign({}, out.textfont, {color: c.ink});
    return out;
  }

  // ------------------------------------------------------------------ map
  const choices = figures.map ? figures.map.layout.meta.choices : [];
  const state = {view: figures.map ? figures.map.layout.meta.view : ""};
  const chosenKey = () => choices.map((name) => state[name]).join("|");

  function spread(values, index, stride) {
    const out = [];
    for (const k of index) for (let j = 0; j < stride; j++) out.push(values[k * stride + j]);
    return out;
  }

  function chosen(trace, key, active) {
    const meta = trace.meta || {};
    if (meta.role === "labels") {
      const v = meta.views[state.view], keep = v.ids.map((id, k) => k).filter((k) => active.has(v.ids[k]));
      const pick = (name) => keep.map((k) => v[name][k]);
      return Object.assign({}, trace, {lon: pick("lon"), lat: pick("lat"), text: pick("text"), textposition: pick("textposition")});
    }
    if (!meta.variants) return trace;
    const v = meta.variants[key];
    if (!v) return Object.assign({}, trace, {lon: [null], lat: [null], text: ""});
    if (meta.role === "lane") return Object.assign({}, trace, {text: v.text, line: Object.assign({}, trace.line, {width: v.width})});
    const out = Object.assign({}, trace, {lon: spread(trace.lon, v.index, meta.stride), lat: spread(trace.lat, v.index, meta.stride)});
    if (v.text) out.text = v.text;
    return out;
  }

  function mapData(div) {
    const key = chosenKey(), active = new Set();
    for (const trace of figures.map.data) {
      const meta = trace.meta || {}, v = meta.role === "places" && meta.variants[key];
      if (v) for (const k of v.index) active.add(meta.ids[k]);
    }
    return figures.map.data.map(function (trace, k) {
      const out = paint(chosen(trace, key, active));
      if (div.data && div.data[k].visible !== undefined) out.visible = div.data[k].visible;
      return out;
    });
  }

  function count() {
    const meta = figures.map.layout.meta, n = meta.told ? 0 : meta.counts[chosenKey()] || 0;
    const text = meta.told ? meta.told[chosenKey()] : n.toLocaleString("en") + (n === 1 ? " shipment" : " shipments");
    document.getElementById("map-count").textContent = text;
  }

  function drawMap(moved) {
    const div = document.getElementById("map"), layout = themed(figures.map.layout);
    const view = layout.meta.views[state.view];
    for (const name of Object.keys(view)) layout.geo[name] = Object.assign({}, layout.geo[name], view[name]);
    layout.uirevision = state.view + (moved ? Date.now() : "");
    if (!moved && div.layout) layout.uirevision = div.layout.uirevision;
    count();
    return Plotly.react(div, mapData(div), layout, mapConfig);
  }

  function wireMap() {
    for (const name of choices) {
      const select = document.getElementById("map-" + name);
      state[name] = select.value;
      select.addEventListener("change", function () {
        state[name] = select.value;
        drawMap(false);
      });
    }
    const buttons = document.querySelectorAll("[data-view]");
    function show(view) {
      state.view = view;
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
      return drawMap(true);
    }
    buttons.forEach((button) => button.addEventListener("click", () => show(button.dataset.view)));
    // A link may choose: map.html#view=Europe&market=DE&week=2026-12-07
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const name of choices) {
      const select = document.getElementById("map-" + name);
      if (Array.from(select.options).some((option) => option.value === asked.get(name))) state[name] = select.value = asked.get(name);
    }
    show(figures.map.layout.meta.views[asked.get("view")] ? asked.get("view") : state.view);
  }

  function drawAll() {
    for (const name of Object.keys(figures)) {
      if (name === "map") drawMap(false);
      else Plotly.react(name, figures[name].data.map(paint), themed(figures[name].layout), config);
    }
  }

  // --------------------------------------------------------------- tables
  function value(row, column) {
    const cell = row.cells[column];
    return cell.dataset.v !== undefined ? (cell.dataset.v === "" ? -Infinity : Number(cell.dataset.v)) : cell.textContent;
  }

  function sortable(table) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      head.querySelector("button").addEventListener("click", function () {
        const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down === 1 ? "ascending" : "descending");
        const rows = Array.from(table.tBodies[0].rows).map((row) => [value(row, column), row]);
        rows.sort((a, b) => down * (typeof a[0] === "number" ? (a[0] === b[0] ? 0 : a[0] < b[0] ? -1 : 1) : a[0].localeCompare(b[0])));
        rows.forEach((row) => table.tBodies[0].appendChild(row[1]));
      });
    });
  }

  function searchable(input) {
    const table = document.getElementById(input.dataset.table), found = input.closest("p").querySelector(".found");
    input.addEventListener("input", function () {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown++;
      }
      found.textContent = shown.toLocaleString("en") + (shown === 1 ? " row" : " rows");
    });
  }

  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll("input[data-table]").forEach(searchable);
  if (figures.map) wireMap();
  for (const name of Object.keys(figures)) {
    if (name !== "map") Plotly.newPlot(name, figures[name].data.map(paint), themed(figures[name].layout), config);
  }
  dark.addEventListener("change", drawAll);
  window.addEventListener("beforeprint", function () { printing = true; drawAll(); });
  window.addEventListener("afterprint", function () { printing = false; drawAll(); });
})();
