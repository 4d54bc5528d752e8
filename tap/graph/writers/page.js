'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const byId = (id) => document.getElementById(id);
  const panel = byId('details');
  const users = data.things.map(() => []);
  const host = data.things.map((_, index) => index);
  data.things.forEach((thing, index) => {
    thing.needs.forEach((need) => users[need].push(index));
    thing.parts.forEach((part) => { host[part] = index; });
  });

  // -- views --
  const tabs = all('[role=tab]');
  function show(tab, focus) {
    tabs.forEach((each) => {
      const on = each === tab;
      each.setAttribute('aria-selected', String(on));
      each.tabIndex = on ? 0 : -1;
      byId(each.getAttribute('aria-controls')).hidden = !on;
    });
    if (focus) tab.focus();
    fit();
  }
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) show(tabs[(index + step + tabs.length) % tabs.length], true);
    });
  });

  // -- size --
  let scale = 0;
  const LEAST = 0.7;
  const figures = all('.scroll > svg');
  figures.forEach((figure) => { figure.natural = figure.viewBox.baseVal; });
  function size(figure, factor) {
    figure.setAttribute('width', Math.round(figure.natural.width * factor));
    figure.setAttribute('height', Math.round(figure.natural.height * factor));
  }
  function fit() {
    figures.forEach((figure) => {
      const room = figure.parentElement.clientWidth;
      if (room) size(figure, scale || Math.max(LEAST, Math.min(1.25, room / figure.natural.width)));
    });
  }
  function zoom(factor) {
    const shown = figures.find((figure) => figure.parentElement.clientWidth);
    const now = shown.width.baseVal.value / shown.natural.width;
    scale = Math.min(3, Math.max(0.25, now * factor));
    fit();
  }
  byId('smaller').addEventListener('click', () => zoom(0.8));
  byId('larger').addEventListener('click', () => zoom(1.25));
  byId('fit').addEventListener('click', () => {
    const shown = figures.find((figure) => figure.parentElement.clientWidth);
    scale = shown.parentElement.clientWidth / shown.natural.width;
    fit();
  });
  window.addEventListener('resize', fit);

  // -- light and dark --
  const theme = byId('theme');
  const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (document.documentElement.dataset.theme || (prefersDark.matches ? 'dark' : 'light')) === 'dark';
  const nameTheme = () => { theme.textContent = isDark() ? 'Light' : 'Dark'; };
  theme.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  prefersDark.addEventListener('change', nameTheme);
  nameTheme();

  // -- what a thing is --
  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }
  function link(index) {
    const item = element('li');
    const button = element('button', data.things[index].name);
    button.type = 'button';
    button.append(' ', element('small', data.things[index].kind));
    button.addEventListener('click', () => choose(index, true));
    item.append(button);
    return item;
  }
  function links(title, indexes) {
    const list = element('ul', undefined, 'links');
    indexes.forEach((index) => list.append(link(index)));
    return [element('h3', title), indexes.length ? list : element('p', 'nothing', 'empty')];
  }
  function text(value) {
    if (typeof value !== 'string') return JSON.stringify(value, null, 1);
    if (!/^[[{]/.test(value)) return value;
    try { return JSON.stringify(JSON.parse(value), null, 1); } catch { return value; }
  }
  function table(title, entries) {
    if (!entries.length) return [];
    const made = element('table');
    entries.forEach(([name, value]) => {
      const row = made.insertRow();
      const head = element('th', name);
      head.scope = 'row';
      row.append(head, element('td', text(value)));
    });
    return [element('h3', title), made];
  }
  function around(index, of) {
    const whole = [index, ...data.things[index].parts];
    return [...new Set(whole.flatMap(of))].filter((each) => !whole.includes(each)).sort((a, b) => a - b);
  }
  function describe(index) {
    const thing = data.things[index];
    const top = element('div', undefined, 'top');
    const close = element('button', '\u00d7');
    close.type = 'button';
    close.setAttribute('aria-label', 'Close');
    close.addEventListener('click', () => choose(-1));
    const title = element('h2', thing.name);
    title.tabIndex = -1;
    top.append(title, close);
    const facts = [element('p', thing.region ? `${thing.kind} in ${thing.region}` : thing.kind, 'kind')];
    if (thing.change) facts.push(element('p', thing.change, 'change'));
    if (thing.remark) facts.push(element('p', thing.remark, 'change'));
    panel.replaceChildren(
      top, ...facts,
      ...links('Depends on', around(index, (each) => data.things[each].needs)),
      ...links('What depends on it', around(index, (each) => users[each])),
      ...(thing.parts.length ? links('Made of', thing.parts) : []),
      ...table('Properties', [['id', thing.id], ...Object.entries(thing.properties)].filter(([, value]) => value !== '')),
      ...table('Tags', Object.entries(thing.tags)),
      ...table('URN', [['urn', thing.urn]]));
    return title;
  }

  // -- choosing --
  let chosen = -1;
  function visible(key) {
    return all(`[data-k="${key}"]`).find((box) => box.getClientRects().length);
  }
  function choose(index, focus) {
    const before = chosen;
    chosen = index;
    panel.classList.toggle('open', index >= 0);
    panel.parentElement.classList.toggle('split', index >= 0);
    const near = new Set();
    if (index < 0) {
      panel.replaceChildren();
    } else {
      const title = describe(index);
      panel.scrollTop = 0;
      if (focus) title.focus({ preventScroll: true });
      const own = [index, host[index], ...data.things[index].parts];
      own.forEach((each) => [...data.things[each].needs, ...users[each]].forEach((other) => near.add(host[other])));
    }
    figures.forEach((figure) => {
      figure.classList.toggle('picked', index >= 0);
      all('[data-k]', figure).forEach((box) => {
        const key = Number(box.dataset.k);
        const here = index >= 0 && key === host[index];
        box.classList.toggle('chosen', here);
        box.setAttribute('aria-pressed', String(here));
        box.classList.toggle('near', near.has(key));
      });
      all('.l', figure).forEach((line) => {
        const ends = [line.dataset.a, line.dataset.b];
        const on = index >= 0 && ends.includes(String(host[index]));
        line.classList.toggle('near', on);
        if (on) ends.forEach((end) => all(`[data-k="${end}"]`, figure).forEach((box) => box.classList.add('near')));
      });
    });
    const shown = index >= 0 && visible(host[index]);
    if (shown) shown.scrollIntoView({ block: window.innerWidth > 900 ? 'nearest' : 'start', inline: 'nearest' });
    if (index < 0 && before >= 0) {
      const back = visible(host[before]);
      if (back) rove(back);
    }
  }

  // -- boxes: one stop of the tabulator, then arrows --
  function rove(box) {
    all('[data-k]', box.ownerSVGElement).forEach((other) => { other.setAttribute('tabindex', other === box ? '0' : '-1'); });
    box.focus({ preventScroll: true });
  }
  function next(box, key) {
    const middle = (each) => {
      const rect = each.querySelector('.f').getBoundingClientRect();
      return [rect.left + Math.min(rect.width / 2, 60), rect.top + Math.min(rect.height / 2, 20)];
    };
    const [x, y] = middle(box);
    const far = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
    let best = null;
    let least = Infinity;
    all('[data-k]', box.ownerSVGElement).forEach((other) => {
      const at = middle(other);
      const along = (at[0] - x) * far[0] + (at[1] - y) * far[1];
      const aside = Math.abs((at[0] - x) * far[1]) + Math.abs((at[1] - y) * far[0]);
      if (other !== box && along > 2 && along + 3 * aside < least) {
        least = along + 3 * aside;
        best = other;
      }
    });
    return best;
  }
  all('[data-k]').forEach((box) => {
    box.addEventListener('click', () => { rove(box); choose(Number(box.dataset.k)); });
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        choose(Number(box.dataset.k), true);
      } else if (event.key.startsWith('Arrow')) {
        event.preventDefault();
        const other = next(box, event.key);
        if (other) {
          rove(other);
          other.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        }
      }
    });
  });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && chosen >= 0) choose(-1); });

  // -- the list of everything --
  const list = byId('list');
  data.things.forEach((_, index) => list.append(link(index)));
  byId('filter').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase();
    [...list.children].forEach((item) => { item.hidden = !item.textContent.toLowerCase().includes(wanted); });
  });
  window.addEventListener('beforeprint', () => all('details.said').forEach((each) => { each.open = true; }));
  show(tabs.find((tab) => tab.id === `tab-${window.location.hash.slice(1)}`) || tabs[0]);
})();
