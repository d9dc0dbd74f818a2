// What the wall shows, as a small picture for the office: the wall's own elements, drawn once more.

const PICTURE_PX = 480;
const SVG = "http://www.w3.org/2000/svg";
const STILL = "* { animation: none !important; }";

async function sendPicture(wall) {
  const body = await picture(wall);
  const response = await send("/live/picture", { method: "POST", headers: { "Content-Type": "image/jpeg" }, body });
  if (!response.ok) throw new Error(String(response.status));
}

async function picture(wall) {
  const scale = PICTURE_PX / Math.max(innerWidth, innerHeight);
  const drawing = document.createElementNS(SVG, "svg");
  const place = drawing.appendChild(document.createElementNS(SVG, "foreignObject"));
  for (const each of [drawing, place]) {
    each.setAttribute("width", innerWidth);
    each.setAttribute("height", innerHeight);
  }
  place.appendChild(document.createElement("style")).textContent = stylesOf(wall.getRootNode()) + STILL;
  place.appendChild(wall.cloneNode(true));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [innerWidth * scale, innerHeight * scale];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("not drawn"))), "image/jpeg", 0.8);
  });
}

function stylesOf(root) {
  const written = [...root.querySelectorAll("style")].map((style) => style.textContent);
  const adopted = (root.adoptedStyleSheets ?? []).flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
  return [...written, ...adopted].join("\n");
}
