/* Material's search, fetched once asked; a word found nowhere is read as its nearest. */
const post = postMessage, listen = addEventListener, none = { type: 3, data: { items: [] } };
let setup, begun, index, hear, answer, last;
addEventListener = (_, heard) => { hear = heard; };
postMessage = (message) => answer(message);
const ask = (type, data) => new Promise((done) => { answer = done; hear({ data: { type, data } }); });

const begin = async () => {
  importScripts(location.search.slice(1));
  const made = lunr.Builder.prototype, { build } = made;
  made.build = function () { return (index = build.call(this)); };
  const { docs } = await (await fetch("../../../search/entries.json")).json();
  await ask(0, { ...setup, docs });
};
const mended = (word) => {
  for (const known in index.invertedIndex) if (known.startsWith(word)) return word;
  const [near] = index.query((q) => q.term(word, { editDistance: 1 }));
  return near ? Object.keys(near.matchData.metadata)[0] : word;
};
const search = async (query) => {
  await (begun ||= begin());
  const words = query.toLowerCase().match(/[\p{L}\d]+([.'’][\p{L}\d]+)*/gu) || [];
  const kept = words.filter((w) => w === "off" || lunr.stopWordFilter(w));
  return ask(2, kept.map(mended).map((w) => w + "^9 " + w).join(" "));
};
const heed = ({ type, data }) => type ? (data ? search(data) : none) : (setup = data, { type: 1 });
listen("message", (e) => { last = Promise.resolve(last).then(() => heed(e.data)).then(post); });
