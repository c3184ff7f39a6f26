/** Lines over time with direct labels, drawn by uPlot from the table beside them, so that chart and table agree.
 *
 * <div class="chart" data-chart="#table-id"></div>; the table's first column holds <time datetime>, the next ones
 * <td data-value="12">; an empty data-value is a gap. Heads of the columns are the labels.
 */
import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";

const COLOURS = ["--doing", "--done", "--absent", "--refused"];
const ZONE = document.querySelector("time[data-zone]")?.dataset.zone ?? "Asia/Shanghai";
const hour = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function columns(table) {
  const rows = [...table.tBodies[0].rows];
  const times = rows.map((row) => new Date(row.querySelector("time").dateTime).getTime() / 1000);
  const width = rows[0]?.querySelectorAll("[data-value]").length ?? 0;
  const values = Array.from({ length: width }, (_, i) =>
    rows.map((row) => {
      const text = row.querySelectorAll("[data-value]")[i].dataset.value;
      return text === "" ? null : Number(text);
    }),
  );
  return [times, ...values];
}

/** Writes each line's name beside its last point. */
function directLabels(chart) {
  const { ctx } = chart;
  ctx.save();
  ctx.font = `${12 * devicePixelRatio}px sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  chart.series.slice(1).forEach((series, i) => {
    const values = chart.data[i + 1];
    const last = values.findLastIndex((value) => value !== null);
    if (last < 0) return;
    ctx.fillStyle = colour(COLOURS[i % COLOURS.length]);
    ctx.fillText(series.label, chart.valToPos(chart.data[0][last], "x", true) + 6 * devicePixelRatio, chart.valToPos(values[last], "y", true));
  });
  ctx.restore();
}

function draw(element) {
  element.replaceChildren(); // or the old drawing would say how wide the new one is
  const table = document.querySelector(element.dataset.chart);
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  const series = heads.slice(1).map((label, i) => ({ label, stroke: colour(COLOURS[i % COLOURS.length]), width: 2 }));
  const options = {
    width: element.clientWidth, height: 220, padding: [8, 88, 0, 0], tzDate: (at) => uPlot.tzDate(new Date(at * 1000), ZONE),
    legend: { show: false }, cursor: { show: false },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high * 1.1 || 1] } },
    axes: [{ ...axis, values: (_, ticks) => ticks.map((at) => hour.format(at * 1000)) }, { ...axis, size: 56 }], series: [{}, ...series], hooks: { draw: [directLabels] },
  };
  return new uPlot(options, columns(table), element);
}

const charts = [...document.querySelectorAll("[data-chart]")];
const redraw = () => charts.forEach(draw);
redraw();
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
addEventListener("resize", redraw);
