/** Buildings by state on a map without tiles: colour, stroke pattern and the word in the tooltip. Needs Leaflet. */

const HATCHED = { doing: 6, refused: 5, blocked: 5 };
const SVG = "http://www.w3.org/2000/svg";

function addHatches(svg) {
  const defs = svg.insertBefore(document.createElementNS(SVG, "defs"), svg.firstChild);
  for (const [state, gap] of Object.entries(HATCHED)) {
    const pattern = defs.appendChild(document.createElementNS(SVG, "pattern"));
    const turn = state === "refused" ? 0 : 45;
    const wanted = { id: `hatch-${state}`, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` };
    for (const [name, value] of Object.entries(wanted)) pattern.setAttribute(name, value);
    const line = pattern.appendChild(document.createElementNS(SVG, "line"));
    line.setAttribute("y2", gap);
    line.setAttribute("class", `map-hatch-${state}`);
  }
}

function tooltip(properties, words) {
  const text = document.createElement("span");
  const parts = [properties.name, words[properties.state], properties.note];
  text.textContent = parts.filter(Boolean).join(" · ");
  return text;
}

function openBuilding(href) {
  if (document.getElementById("drawer") && window.htmx) window.htmx.ajax("GET", href, "#drawer");
  else window.location.assign(href);
}

function addBuilding(layer, feature, words) {
  const { href } = feature.properties;
  const { label } = feature.properties; // a number on the building itself: never colour alone
  if (label) layer.bindTooltip(label, { permanent: true, direction: "center", className: "map-label" });
  else layer.bindTooltip(tooltip(feature.properties, words), { sticky: true });
  if (href) layer.on("click", () => openBuilding(href));
}

function look(feature) {
  const { state } = feature.properties;
  const hatch = state in HATCHED ? { fillColor: `url(#hatch-${state})` } : {};
  return { className: `map-building map-${state}`, ...hatch };
}

function draw(element, collection) {
  const words = JSON.parse(element.dataset.words);
  const map = window.L.map(element, { renderer: window.L.svg({ padding: 0.5 }), zoomSnap: 0.25, attributionControl: false });
  if (collection.generated) {
    window.L.control.attribution({ prefix: false }).addAttribution(element.dataset.generated).addTo(map);
  }
  const layer = window.L.geoJSON(collection, {
    style: look,
    pointToLayer: (feature, place) => window.L.circleMarker(place, { radius: 6 }),
    onEachFeature: (feature, part) => addBuilding(part, feature, words),
  });
  if (layer.getBounds().isValid()) map.fitBounds(layer.getBounds(), { padding: [16, 16] });
  else map.setView([0, 0], 1);
  layer.addTo(map);
  addHatches(element.querySelector(".leaflet-overlay-pane svg"));
}

async function start(element) {
  const answer = await fetch(element.dataset.map, { headers: { Accept: "application/geo+json" } }).catch(() => null);
  if (answer?.ok) draw(element, await answer.json());
  else element.textContent = element.dataset.failed;
}

document.querySelectorAll("[data-map]").forEach(start);
