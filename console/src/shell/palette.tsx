import { Activity, FileText, Inbox, type LucideIcon, Moon, Radio, Ruler, Sun } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { useApi } from '../api/queries.ts';
import { describePlan } from '../../../src/repair/plans/describe-plan.ts';
import { ruleHref } from '../lib/links.ts';
import { setTheme } from '../lib/theme.ts';
import { allPages } from '../pages/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useFound } from './palette-search.tsx';

interface Item {
  key: string;
  label: string;
  hint: string;
  icon: LucideIcon;
  words: string;
  run: () => void;
}

/** Goes anywhere by typing: pages, contracts, sources, rules, and any event by its id or what it holds. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const items = useItems(text.trim());
  const at = Math.min(chosen, items.length - 1);

  function run(item: Item | undefined): void {
    if (item === undefined) return;
    onClose();
    item.run();
  }

  function onKeyDown(event: React.KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((at + step + items.length) % items.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(items[at]);
    }
  }

  return (
    <Dialog title="Go to" bare className="palette" onClose={onClose}>
      <input
        className="input"
        autoFocus
        role="combobox"
        aria-label="Go to a page, a contract, a source, a rule, or an event by what it holds"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={items[at] && `${listId}-${at}`}
        placeholder="Page, contract, source, rule, id, order number…"
        value={text}
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setText(target.value);
          setChosen(0);
        }}
      />
      <div className="palette-list" role="listbox" id={listId} aria-label="Places">
        {items.map((item, index) => (
          <div
            key={item.key}
            id={`${listId}-${index}`}
            className="palette-item"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            ref={(element) => {
              if (index === at) element?.scrollIntoView({ block: 'nearest' });
            }}
            onMouseMove={() => setChosen(index)}
            onClick={() => run(item)}
            onKeyDown={onKeyDown}
          >
            <item.icon size={15} aria-hidden />
            {item.label}
            <span className="hint">{item.hint}</span>
          </div>
        ))}
      </div>
      {items.length === 0 && <p className="palette-none muted">Nothing was found.</p>}
    </Dialog>
  );
}

const looksLikeId = /^[0-9a-f]{8}-?[0-9a-f-]{4,}/;

function useItems(sought: string): Item[] {
  const text = sought.toLowerCase();
  const [, navigate] = useLocation();
  const { data: contracts } = useApi('GET /api/v1/contracts');
  const { data: sources } = useApi('GET /api/v1/sources');
  const { data: rules } = useApi('GET /api/v1/rules', { query: { limit: 200 } });
  const found = useFound(sought);
  const places = useMemo(() => {
    const to = (path: string) => () => navigate(path);
    const found: Item[] = allPages.map(({ path, label, icon, key, words }) => ({
      key: path,
      label,
      hint: `g ${key}`,
      icon,
      words,
      run: to(path),
    }));
    for (const name of new Set(contracts?.items.map((contract) => contract.name)))
      found.push({
        key: `contract ${name}`,
        label: name,
        hint: 'contract',
        icon: FileText,
        words: '',
        run: to(`/contracts/${encodeURIComponent(name)}`),
      });
    for (const { source } of sources?.items ?? [])
      found.push({
        key: `source ${source}`,
        label: source,
        hint: 'source',
        icon: Radio,
        words: '',
        run: to(`/events?source=${encodeURIComponent(source)}`),
      });
    for (const { id, plan, source, contract } of rules?.items ?? [])
      found.push({
        key: `rule ${id}`,
        label: describePlan(plan).join(', then '),
        hint: `rule, ${source} → ${contract}`,
        icon: Ruler,
        words: `${id} ${source} ${contract}`,
        run: to(ruleHref(id)),
      });
    for (const [theme, icon] of [
      ['light', Sun],
      ['dark', Moon],
    ] as const)
      found.push({
        key: theme,
        label: `Use the ${theme} theme`,
        hint: 'theme',
        icon,
        words: '',
        run: () => setTheme(theme),
      });
    const fitting = found.filter(({ label, words }) => `${label} ${words}`.toLowerCase().includes(text));
    return looksLikeId.test(text) ? [...idItems(text, to), ...fitting] : fitting;
  }, [text, contracts, sources, rules, navigate]);
  return [
    ...places,
    ...found.map(({ href, ...item }) => ({ ...item, words: '', run: () => navigate(href) })),
  ];
}

function idItems(id: string, to: (path: string) => () => void): Item[] {
  return [
    {
      key: 'event',
      label: `Event ${id}`,
      hint: 'trail',
      icon: Activity,
      words: '',
      run: to(`/events/${id}`),
    },
    {
      key: 'letter',
      label: `Dead letter ${id}`,
      hint: 'edit',
      icon: Inbox,
      words: '',
      run: to(`/dead-letters/${id}`),
    },
  ];
}
