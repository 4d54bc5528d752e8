// What is wrong with the picture that is shown, as measured by the browser: a list of sentences.
const figure = [...document.querySelectorAll('.scroll > svg')].find((each) => each.getBoundingClientRect().width);
const faults = [];
const whole = figure.viewBox.baseVal;
const box = (element) => {
  const { x, y, width, height } = element.getBBox();
  return { x, y, right: x + width, bottom: y + height };
};
const within = (a, b, slack = 0.5) =>
  a.x >= b.x - slack && a.y >= b.y - slack && a.right <= b.right + slack && a.bottom <= b.bottom + slack;
const overlap = (a, b, slack = 0.5) =>
  a.x < b.right - slack && b.x < a.right - slack && a.y < b.bottom - slack && b.y < a.bottom - slack;
const canvas = { x: whole.x, y: whole.y, right: whole.width, bottom: whole.height };

const boxes = [...figure.querySelectorAll('g > .f')].map((frame) => {
  const group = frame.parentElement;
  const texts = [...group.querySelectorAll(':scope > text:not(.s)')].map((text) => ({ at: box(text), says: text.textContent }));
  return { at: box(frame), texts, name: group.querySelector('title').textContent, leaf: group.classList.contains('leaf') };
});
boxes.forEach((one, index) => {
  if (!within(one.at, canvas)) faults.push(`${one.name} is cut off`);
  one.texts.forEach((text) => {
    if (!within(text.at, one.at)) faults.push(`"${text.says}" reaches out of ${one.name}`);
  });
  one.texts.forEach((text, number) => one.texts.slice(number + 1).forEach((other) => {
    if (overlap(text.at, other.at, 2)) faults.push(`"${text.says}" is over "${other.says}"`);
  }));
  boxes.slice(index + 1).forEach((other) => {
    const apart = !overlap(one.at, other.at);
    const inside = (!one.leaf && within(other.at, one.at)) || (!other.leaf && within(one.at, other.at));
    if (!apart && !inside) faults.push(`${one.name} overlaps ${other.name}`);
  });
  boxes.forEach((other) => one.texts.forEach((text) => {
    if (other !== one && !within(one.at, other.at) && overlap(text.at, other.at)) faults.push(`${other.name} hides "${text.says}"`);
  }));
});

const labels = [...figure.querySelectorAll('text.label')].map((text) => ({ at: box(text), says: text.textContent }));
labels.forEach((label, index) => {
  if (!within(label.at, canvas)) faults.push(`"${label.says}" is cut off`);
  boxes.forEach((one) => {
    const hidden = one.leaf && overlap(label.at, one.at);
    const over = one.texts.some((text) => overlap(label.at, text.at));
    if (hidden || over) faults.push(`"${label.says}" is over ${one.name}`);
  });
  labels.slice(index + 1).forEach((other) => {
    if (overlap(label.at, other.at)) faults.push(`"${label.says}" is over "${other.says}"`);
  });
});

[...figure.querySelectorAll('path.w')].forEach((path) => {
  const length = path.getTotalLength();
  for (let at = 0; at <= length; at += 2) {
    const { x, y } = path.getPointAtLength(at);
    const point = { x: x - 0.5, y: y - 0.5, right: x + 0.5, bottom: y + 0.5 };
    if (!within(point, canvas)) faults.push('a line leaves the picture');
    boxes.forEach((one) => {
      const inner = { x: one.at.x + 1.5, y: one.at.y + 1.5, right: one.at.right - 1.5, bottom: one.at.bottom - 1.5 };
      if (one.leaf && overlap(point, inner, 0)) faults.push(`a line runs through ${one.name}`);
      one.texts.forEach((text) => { if (overlap(point, text.at, 0)) faults.push(`a line runs through "${text.says}"`); });
    });
    labels.forEach((label) => {
      const ink = { ...label.at, y: label.at.y + 2, bottom: label.at.bottom - 2 };
      if (overlap(point, ink, 0)) faults.push(`a line runs through "${label.says}"`);
    });
  }
});

// The page around it: nothing wider than the window but what can be scrolled, no word cut.
if (document.documentElement.scrollWidth > window.innerWidth) faults.push('the page is wider than the window');
const scroll = figure.parentElement;
if (scroll.scrollWidth < Math.floor(figure.getBoundingClientRect().width)) faults.push('a part of the figure can not be reached');
[...document.querySelectorAll('header, header *, figcaption, figcaption span, .lead, .lead *, summary, footer')].forEach((each) => {
  const place = each.getBoundingClientRect();
  if (place.right > window.innerWidth + 0.5 || place.left < -0.5) faults.push(`${each.tagName} "${each.textContent}" is cut off`);
  if (each.scrollWidth > each.clientWidth + 1 && each.clientWidth) faults.push(`${each.tagName} "${each.textContent}" does not fit`);
});
return { faults: [...new Set(faults)], boxes: boxes.length };
