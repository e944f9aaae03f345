import { KeyRound, Menu, Search } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { tokenStore } from '../api/token.ts';
import icon from '../icon.svg';
import { useKeys } from '../lib/keys.ts';
import { allPages } from '../pages/index.ts';
import { Button, Empty } from '../ui/basics.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { Banner } from './banner.tsx';
import { ConnectionState } from './connection.tsx';
import { HelpDialog } from './help.tsx';
import { Palette } from './palette.tsx';
import { Sidebar } from './sidebar.tsx';
import { TokenDialog } from './token-dialog.tsx';

/** What stands behind the dialog: no errors of questions that nobody may ask yet. */
function Locked() {
  return (
    <div className="page">
      <Empty icon={KeyRound} title="Key needed">
        The page shows itself as soon as it has a key.
      </Empty>
    </div>
  );
}

type Open = 'palette' | 'help' | 'token' | undefined;

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Open>();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [location] = useLocation();
  const isRefused = useSyncExternalStore(tokenStore.subscribe, tokenStore.isRefused);
  useShortcuts(setOpen);
  useEffect(() => setMenuOpen(false), [location]);

  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    main.current?.scrollTo(0, 0);
  }, [location]);

  return (
    <div className="app" data-menu={isMenuOpen ? 'open' : undefined}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="topbar">
        <Button
          kind="ghost"
          icon={Menu}
          aria-label="Menu"
          aria-expanded={isMenuOpen}
          onClick={() => setMenuOpen(!isMenuOpen)}
        />
        <Link href="/" className="brand">
          <img src={icon} alt="" /> Data Sentinel
        </Link>
        <ConnectionState />
        <Button kind="ghost" icon={Search} aria-label="Go to…" onClick={() => setOpen('palette')} />
      </header>
      {isMenuOpen && (
        <button
          type="button"
          className="scrim"
          aria-label="Close the menu"
          onClick={() => setMenuOpen(false)}
        />
      )}
      <Sidebar open={setOpen} />
      <div className="content">
        {!isRefused && <Banner />}
        <main id="main" className="main" ref={main} tabIndex={-1}>
          {isRefused ? <Locked /> : children}
        </main>
      </div>
      {open === 'palette' && <Palette onClose={() => setOpen(undefined)} />}
      {open === 'help' && <HelpDialog onClose={() => setOpen(undefined)} />}
      {(open === 'token' || isRefused) && <TokenDialog onClose={() => setOpen(undefined)} />}
      <Toasts />
    </div>
  );
}

const goWithinMs = 1200;

/** ⌘K and Ctrl-K, `?`, `/`, and `g` followed by a page's key. */
function useShortcuts(setOpen: (open: Open) => void): void {
  const [, navigate] = useLocation();
  const goPressedAt = useRef(0);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen('palette');
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [setOpen]);

  useKeys((event) => {
    if (event.metaKey || event.ctrlKey) return;
    const { key } = event;
    const page = allPages.find((one) => one.key === key);
    if (Date.now() - goPressedAt.current < goWithinMs && page !== undefined) {
      event.preventDefault();
      goPressedAt.current = 0;
      navigate(page.path);
    } else if (key === 'g') goPressedAt.current = Date.now();
    else if (key === '?') setOpen('help');
    else if (key === '/') {
      const search = document.querySelector<HTMLInputElement>('[data-search]');
      if (search === null) return;
      event.preventDefault();
      search.focus();
    }
  });
}
