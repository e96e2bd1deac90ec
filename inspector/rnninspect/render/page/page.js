"use strict";
// Everything here is optional: without it the page shows the same, unsorted and unfiltered.

const valueOf = (row, column) => {
  const cell = row.cells[column];
  return cell.textContent.trim().replaceAll(",", "");
};

const compare = (left, right) =>
  left !== "" && right !== "" && !isNaN(left) && !isNaN(right)
    ? left - right
    : left.localeCompare(right, undefined, { numeric: true });

const sortBy = (table, head, column) => {
  const falling = head.getAttribute("aria-sort") === "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", falling ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].filter((row) => !row.classList.contains("sum"));
  const sums = [...body.rows].filter((row) => row.classList.contains("sum"));
  rows.sort((a, b) => compare(valueOf(a, column), valueOf(b, column)) * (falling ? 1 : -1));
  body.append(...rows, ...sums);
};

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(table, head, column));
    head.append(button);
  });
}

const filters = document.querySelector(".filters");
if (filters) {
  filters.hidden = false;
  filters.addEventListener("change", () => {
    const wanted = [...filters.querySelectorAll("select")].map((each) => [each.name, each.value]);
    for (const row of document.querySelectorAll("[data-cells]")) {
      row.hidden = wanted.some(([name, value]) => value && !row.dataset[name].split("|").includes(value));
    }
  });
}

const openTarget = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
window.addEventListener("hashchange", openTarget);
openTarget();
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
