// Finds pages by words. Every page is reached without it.
"use strict";

const form = document.querySelector("[data-search]");
const field = form.querySelector("input");
const said = form.querySelector("[data-said]");
const found = form.querySelector("ul");
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const index = KETEN_INDEX.map((one) => ({ ...one, head: plain(one.name), all: plain(`${one.name} ${one.says} ${one.words}`) }));

function row({ at, name, says }) {
  const link = document.createElement("a");
  const text = document.createElement("span");
  const item = document.createElement("li");
  link.href = at;
  link.textContent = name;
  text.textContent = says;
  item.append(link, text);
  return item;
}

function search() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  const fits = words.length ? index.filter((one) => words.every((word) => one.all.includes(word))) : [];
  const first = (one) => (words.every((word) => one.head.includes(word)) ? 0 : 1);
  fits.sort((one, other) => first(one) - first(other));
  found.replaceChildren(...fits.map(row));
  said.textContent = words.length ? said.dataset.said.replace("{}", String(fits.length)) : "";
}

form.addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", search);
form.hidden = false;
search();
