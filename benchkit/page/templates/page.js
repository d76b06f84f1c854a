// The report page: sorting, filtering, the heat map and what it shows of a pair, charts drawn when they are needed.
// Texts are set as textContent and attributes alone: nothing here makes HTML of a name.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const data = JSON.parse(one("#data").textContent);
  const darkness = matchMedia("(prefers-color-scheme: dark)");

  const made = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const number = (value) => (value === null ? "none" : Number(value.toPrecision(4)).toString());
  const percent = (share) => `${(share * 100).toFixed(1)} %`;

  // --- sorting -------------------------------------------------------------------------------------------------
  const keyOf = (row, place) => {
    const cell = row.cells[place];
    if (cell.dataset.value === undefined) return cell.textContent;
    return cell.dataset.value === "" ? null : Number(cell.dataset.value);
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));

  function sort(button) {
    const table = button.closest("table"), heading = button.closest("th"), place = Number(button.dataset.place);
    const body = table.tBodies[0], rows = [...body.rows];
    const text = rows.length > 0 && rows[0].cells[place].dataset.value === undefined;
    const before = heading.getAttribute("aria-sort");
    const rising = before ? before === "descending" : text;
    for (const other of all("th", table.tHead)) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const known = rows.filter((row) => keyOf(row, place) !== null), rest = rows.filter((row) => keyOf(row, place) === null);
    known.sort((a, b) => (rising ? 1 : -1) * compare(keyOf(a, place), keyOf(b, place)));
    body.append(...known, ...rest); // what has no number stays below
  }
  for (const button of all("button.sort")) button.addEventListener("click", () => sort(button));

  // --- filters -------------------------------------------------------------------------------------------------
  function filter() {
    const [detector, anomaly] = ["#by-detector", "#by-anomaly"].map((name) => one(name).value.trim().toLowerCase());
    for (const row of all("tr[data-detector]")) row.hidden = !row.dataset.detector.toLowerCase().includes(detector);
    for (const heading of all("th[data-anomaly]")) {
      heading.hidden = !heading.dataset.anomaly.toLowerCase().includes(anomaly);
      for (const row of heading.closest("table").tBodies[0].rows) row.cells[heading.cellIndex].hidden = heading.hidden;
    }
    const heats = all("table.heat"), count = (selector) => heats.flatMap((table) => all(selector, table));
    const rows = count("tbody tr"), columns = count("th[data-anomaly]");
    const shown = (nodes) => nodes.filter((node) => !node.hidden).length;
    one("#found").textContent = detector || anomaly
      ? `${shown(rows)} of ${rows.length} detectors, ${shown(columns)} of ${columns.length} anomalies`
      : "";
    for (const board of all(".board")) rove(board);
  }
  for (const name of ["#by-detector", "#by-anomaly"]) one(name)?.addEventListener("input", filter);
  one(".filters")?.addEventListener("submit", (event) => event.preventDefault());

  // --- charts --------------------------------------------------------------------------------------------------
  let embed = null; // Vega is read when the first chart is drawn: the page answers before that
  function vega() {
    if (!embed) {
      const script = made("script");
      script.textContent = one("#vega").textContent;
      document.head.append(script);
      embed = window.vegaEmbed;
    }
    return embed;
  }

  function coloured(spec) {
    const style = getComputedStyle(document.documentElement), colour = (role) => style.getPropertyValue(`--${role}`).trim();
    const config = {
      background: null,
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: {
        labelColor: colour("faint"), titleColor: colour("text"), gridColor: colour("line"), domainColor: colour("line"),
        tickColor: colour("line"), titleFontWeight: "normal", labelFontSize: 11, titleFontSize: 12,
      },
      legend: { labelColor: colour("text"), labelFontSize: 12 },
      text: { color: colour("text") },
    };
    const filled = JSON.parse(JSON.stringify(spec), (_, value) => {
      if (typeof value === "string" && value.startsWith("role:")) return colour(value.slice(5));
      if (value && value.role) {
        const { role, ...mark } = value;
        return { ...mark, color: colour(role) };
      }
      return value;
    });
    return { ...filled, config };
  }

  // A figure keeps its rows, so that it can be drawn anew, and its view, so that other rows need no new chart.
  async function draw(figure, rows, label) {
    figure.rows = rows;
    figure.hidden = false;
    const chart = one(".chart", figure);
    if (label) {
      chart.setAttribute("aria-label", label);
      one("figcaption", figure).textContent = label;
    }
    if (figure.busy) return figure.busy;
    figure.busy = shown(figure, chart);
    await figure.busy;
    figure.busy = null;
    if (figure.rows !== rows) await draw(figure, figure.rows);
  }

  async function shown(figure, chart) {
    if (!figure.view) {
      const options = {
        ast: true, // interpreted expressions: the page's policy allows no eval
        actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
      };
      const spec = { ...coloured(data.specs[figure.dataset.plot]), datasets: { data: figure.rows } };
      figure.view = (await vega()(chart, spec, options)).view;
    } else {
      figure.view.data("data", figure.rows);
      await figure.view.runAsync();
    }
  }

  darkness.addEventListener("change", () => {
    all(".board").forEach(shade);
    for (const figure of all("figure.plot").filter((each) => each.view)) {
      figure.view.finalize();
      figure.view = null;
      draw(figure, [...figure.rows]);
    }
  });

  const nearing = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        nearing.unobserve(entry.target);
        entry.target.drawn();
      }
    },
    { rootMargin: "200px" },
  );
  const later = (node, drawn) => {
    node.drawn = drawn;
    nearing.observe(node);
  };

  // --- rows of each chart --------------------------------------------------------------------------------------
  const curve = ([x, y], threshold) => [
    ...x.map((each, order) => ({ kind: "curve", order, x: each / 1000, y: y[order] / 1000 })),
    ...(threshold ? [{ kind: "threshold", x: threshold[0], y: threshold[1] }] : []),
  ];
  const bins = ({ low, high, normal, anomaly }, limits) => {
    const width = (high - low) / normal.length;
    const of = (kind, shares) => shares.map((share, place) => ({ kind, from: low + place * width, to: low + (place + 1) * width, share: share / 1e5 }));
    const rules = limits.filter((limit) => limit !== null).map((limit) => ({ kind: "threshold", from: limit }));
    return [...of("normal", normal), ...of("anomaly", anomaly), ...rules];
  };
  const points = ({ low, high, kinds }) => {
    const at = (whole, axis) => low[axis] + (whole / 1000) * (high[axis] - low[axis]);
    return kinds.flatMap(([x, y], kind) => x.map((each, place) => ({ kind: kind ? "anomaly" : "normal", x: at(each, 0), y: at(y[place], 1) })));
  };
  const losses = ({ fits }) => {
    const positive = fits.every((fit) => fit.losses.every((loss) => loss > 0));
    return fits.flatMap((fit, place) => fit.losses.map((loss, at) => ({ fit: place, fits: fit.of.join(", "), epoch: at + 1, loss: positive ? loss : Math.max(loss, 1e-12) })));
  };

  // --- one pair ------------------------------------------------------------------------------------------------
  const entryOf = (b, name, r, c) => {
    const entry = data.boards[b].heat.shades.find((shade) => shade.name === name).entries[r][c];
    return `${entry.text} ${entry.interval}`.trim();
  };

  function showPair(board, cell) {
    const b = Number(board.dataset.board), r = Number(cell.dataset.row), c = Number(cell.dataset.column);
    const { heat, pairs } = data.boards[b], pair = pairs[r][c], panel = one(".pair", board);
    for (const other of all(".cell.shown", board)) other.classList.remove("shown");
    cell.classList.add("shown");
    one(".pair-title", panel).textContent = `${heat.rows[r]} against ${heat.members[c]}`;
    one(".pair-text", panel).textContent = textOf(pair, (name) => entryOf(b, name, r, c), heat.shades[0].entries[r][c].text);
    const lacks = one(".pair-lacks", panel);
    lacks.replaceChildren(...(pair ? pair.lacks : []).map((lack) => made("li", "", lack)));
    lacks.hidden = !lacks.childElementCount;
    drawPair(panel, pair || {}, (name) => entryOf(b, name, r, c));
    one(".gallery", panel).replaceChildren(...galleryOf(pair || {}));
  }

  function textOf(pair, of, ended) {
    if (!pair) return `No pictures of this pair: ${/^[0-9]/.test(ended) ? "it was left out when this page was made" : ended}.`;
    const start = `Seed ${pair.seed}. AUROC ${of("auroc")}, average precision ${of("average_precision")}.`;
    if (!pair.flagged) return start;
    const [false_, true_] = pair.flagged.map(percent), [normals, anomalies] = pair.counts.map((n) => n.toLocaleString("en"));
    return `${start} At the threshold ${true_} of ${anomalies} anomalies and ${false_} of ${normals} normals are flagged.`;
  }

  function drawPair(panel, pair, of) {
    const figure = (name) => one(`[data-plot="${name}"]`, panel);
    for (const name of ["roc", "pr", "histogram", "space"]) figure(name).hidden = true;
    if (pair.roc) {
      const [false_, true_] = pair.flagged, precision = Number.parseFloat(of("precision"));
      const chance = [0, 1].map((at) => ({ kind: "chance", x: at, y: at }));
      draw(figure("roc"), [...curve(pair.roc, pair.flagged), ...chance], `ROC curve, AUROC ${of("auroc")}; the dot is the threshold: false-positive rate ${percent(false_)}, true-positive rate ${percent(true_)}`);
      draw(figure("pr"), curve(pair.pr, Number.isFinite(precision) ? [true_, precision] : null), `Precision-recall curve, average precision ${of("average_precision")}; the dot is the threshold: precision ${of("precision")}, recall ${of("recall")}`);
      const beyond = pair.histogram.beyond ? ` ${percent(pair.histogram.beyond)} of the images lie beyond an end and are counted in the last bin there.` : "";
      const limits = pair.limits.filter((limit) => limit !== null).map(number);
      draw(figure("histogram"), bins(pair.histogram, pair.limits), `Scores of normal and anomalous images; threshold${limits.length > 1 ? "s" : ""} ${limits.join(" and ")}.${beyond}`);
    }
    if (pair.space) {
      const share = pair.space.share < 1 ? `; the two axes hold ${percent(pair.space.share)} of the normals' variance` : "";
      draw(figure("space"), points(pair.space), `Latent space, or the view itself where it is vectors: ${pair.space.kinds[0][0].length} normal and ${pair.space.kinds[1][0].length} anomalous images${share}`);
    }
  }

  function galleryOf(pair) {
    const sheet = pair.gallery;
    if (!sheet) return [];
    const scale = Math.max(1, Math.floor(60 / Math.max(sheet.width, sheet.height)));
    return sheet.groups.map((group) => {
      const box = made("section"), list = made("ul", "tiles");
      box.style.setProperty("--sheet", `url(data:image/png;base64,${sheet.png})`);
      box.append(made("h4", "", group.title));
      for (const picture of group.pictures) list.append(tileOf(sheet, group, picture, scale));
      box.append(group.pictures.length ? list : made("p", "", /^(Misses|False)/.test(group.title) ? "None of them is among the images that were kept." : ""));
      return box;
    });
  }

  function tileOf(sheet, group, picture, scale) {
    const tile = made("li", "tile"), what = group.kind === "anomaly" ? "anomaly" : "normal image";
    const known = picture.label === null ? "" : `, class ${picture.label}`;
    const wrong = picture.wrong ? (group.kind === "anomaly" ? "missed" : "false alarm") : "";
    const score = picture.score && `score ${picture.score}`;
    const label = [`${what} ${picture.place}${known}`, score, wrong].filter(Boolean).join(", ");
    tile.append(pictureOf(sheet, picture.tile, scale, label));
    if (sheet.again) tile.append(pictureOf(sheet, sheet.again + picture.tile, scale, `reconstruction of ${what} ${picture.place}`));
    tile.append(made("span", "", picture.score), made("span", "", `#${picture.place}`));
    if (known) tile.append(made("span", "", `class ${picture.label}`));
    if (wrong) tile.append(made("span", "wrong", wrong));
    return tile;
  }

  function pictureOf(sheet, tile, scale, label) {
    const node = made("span", "picture"), [width, height] = [sheet.width * scale, sheet.height * scale];
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
    node.title = label;
    const place = [tile % sheet.columns, Math.floor(tile / sheet.columns)];
    Object.assign(node.style, {
      boxSizing: "content-box", width: `${width}px`, height: `${height}px`,
      backgroundSize: `${sheet.columns * width}px ${sheet.rows * height}px`,
      backgroundPosition: `-${place[0] * width}px -${place[1] * height}px`,
    });
    return node;
  }

  // --- heat map ------------------------------------------------------------------------------------------------
  function shade(board) {
    const b = Number(board.dataset.board), { heat } = data.boards[b], chosen = heat.shades[one(".metric", board).value];
    const deep = Number(getComputedStyle(document.documentElement).getPropertyValue("--deep")); // then the text is light
    const low = chosen.name === "auroc" ? 0.5 : 0; // below chance is as pale as chance
    for (const cell of all(".cell", board)) {
      const r = cell.dataset.row, c = cell.dataset.column, entry = chosen.entries[r][c];
      const value = entry.value === "" ? null : Number(entry.value);
      const share = value === null ? 0 : Math.min(1, Math.max(0, (value - low) / (1 - low)));
      const depth = value === null ? 0 : chosen.higher ? share : 1 - share;
      cell.textContent = entry.text.split(" ")[0];
      cell.parentElement.dataset.value = entry.value;
      cell.style.setProperty("--share", depth.toFixed(3));
      cell.classList.toggle("deep", depth > deep);
      cell.classList.toggle("none", value === null);
      const label = `${heat.rows[r]} against ${heat.members[c]}: ${chosen.title} ${entry.text} ${entry.interval}`.trim();
      cell.setAttribute("aria-label", label);
      cell.title = label;
    }
  }

  const seen = (board) => all(".heat tbody tr", board).filter((row) => !row.hidden).map((row) => all(".cell", row).filter((cell) => !cell.parentElement.hidden));

  function rove(board, to) { // one cell alone is reached by Tab; arrows reach the others
    const cells = seen(board).flat(), next = to || cells.find((cell) => cell.tabIndex === 0) || cells[0];
    for (const cell of all(".cell", board)) cell.tabIndex = cell === next ? 0 : -1;
  }

  function move(board, cell, key) {
    const grid = seen(board), r = grid.findIndex((row) => row.includes(cell)), c = r < 0 ? -1 : grid[r].indexOf(cell);
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -c], End: [0, Infinity] };
    if (!(key in steps) || r < 0) return false;
    const within = (place, most) => Math.max(0, Math.min(most, place));
    const row = grid[within(r + steps[key][0], grid.length - 1)];
    row[within(c + steps[key][1], row.length - 1)].focus();
    return true;
  }

  function heatMap(board) {
    let pinned = null, waiting = 0;
    const pin = (cell) => {
      if (pinned) pinned.setAttribute("aria-pressed", "false");
      pinned = cell;
      if (cell) cell.setAttribute("aria-pressed", "true");
    };
    const show = (cell) => {
      if (!cell.classList.contains("shown")) showPair(board, cell);
    };
    const table = one(".heat", board), cellOf = (event) => event.target.closest(".cell");
    table.addEventListener("click", (event) => {
      const cell = cellOf(event);
      if (!cell) return;
      pin(cell === pinned ? null : cell);
      show(cell);
    });
    table.addEventListener("focusin", (event) => {
      const cell = cellOf(event);
      if (!cell) return;
      rove(board, cell);
      if (!pinned) show(cell);
    });
    table.addEventListener("mouseover", (event) => {
      clearTimeout(waiting);
      const cell = cellOf(event);
      if (cell && !pinned) waiting = setTimeout(() => show(cell), 80);
    });
    table.addEventListener("mouseleave", () => clearTimeout(waiting));
    table.addEventListener("keydown", (event) => {
      const cell = cellOf(event);
      if (event.key === "Escape") pin(null);
      else if (cell && move(board, cell, event.key)) event.preventDefault();
    });
    one(".metric", board).addEventListener("change", () => shade(board));
    later(one(".pair", board), () => {
      const first = all(".cell", board).find((cell) => data.boards[board.dataset.board].pairs[cell.dataset.row][cell.dataset.column]);
      if (first && !one(".cell.shown", board)) show(first);
    });
    shade(board);
    rove(board);
  }

  for (const board of all(".board")) {
    const own = data.boards[board.dataset.board];
    heatMap(board);
    for (const figure of all('[data-plot="pareto"]', board)) {
      figure.hidden = false;
      later(figure, () => draw(figure, own.front));
    }
    for (const figure of all(".loss", board)) later(figure, () => draw(figure, losses(own.losses[figure.dataset.place])));
  }
  document.documentElement.dataset.ready = "yes";
  performance.mark("interactive");
})();
