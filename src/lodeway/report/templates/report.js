"use strict";
function openTo(id) {
  let item = id && document.getElementById(id);
  while (item) { if (item.tagName === "DETAILS") item.open = true; item = item.parentElement; }
}
function follow() {
  openTo(location.hash.slice(1));
  const item = location.hash && document.getElementById(location.hash.slice(1));
  if (item) item.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", follow);
follow();
const rows = [...document.querySelectorAll("#ledger-rows tr")];
const verdict = document.getElementById("verdict");
const words = document.getElementById("words");
function filter() {
  const text = words.value.toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits = (!verdict.value || row.dataset.verdict === verdict.value)
      && (!text || row.textContent.toLowerCase().includes(text));
    row.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = shown + " of " + rows.length;
}
if (verdict) {
  document.getElementById("filters").hidden = false;
  verdict.addEventListener("change", filter);
  words.addEventListener("input", filter);
  filter();
}
addEventListener("beforeprint", () => {
  for (const item of document.querySelectorAll("details.printed")) item.open = true;
});
