import { Command, Keyboard, KeyRound, Monitor, Moon, Sun } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useLive } from '../api/live.ts';
import icon from '../icon.svg';
import { shortCount } from '../lib/format.ts';
import { type Theme, setTheme, useTheme } from '../lib/theme.ts';
import { navigation } from '../pages/index.ts';
import { useRulesForPerson } from '../pages/rules/use-rules-for-person.ts';
import { Button, Kbd } from '../ui/basics.tsx';
import { ConnectionState } from './connection.tsx';

const modifier = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export function Sidebar({ open }: { open: (dialog: 'palette' | 'help' | 'token') => void }) {
  const [location] = useLocation();
  const { stats } = useLive();
  const { candidates, doubted } = useRulesForPerson();
  const waiting: Readonly<Record<string, number>> = {
    '/dead-letters': stats?.dead_letters ?? 0,
    '/rules': candidates.length + doubted.length,
  };
  return (
    <aside className="sidebar">
      <Link href="/" className="brand">
        <img src={icon} alt="" /> Data Sentinel
      </Link>
      <Button icon={Command} className="palette-button" onClick={() => open('palette')}>
        Go to…
        <span className="end">
          <Kbd>{modifier}</Kbd> <Kbd>K</Kbd>
        </span>
      </Button>
      <nav aria-label="Pages" className="nav">
        {navigation.map(({ title, pages }) => (
          <div key={title} className="nav-group">
            <div className="nav-title">{title}</div>
            {pages.map(({ path, label, icon: Icon }) => (
              <Link
                key={path}
                href={path}
                className="nav-link"
                aria-current={isCurrent(path, location) ? 'page' : undefined}
              >
                <Icon size={15} aria-hidden />
                {label}
                {(waiting[path] ?? 0) > 0 && (
                  <span className="count" title="waiting for a person">
                    {shortCount(waiting[path]!)}
                  </span>
                )}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <div className="sidebar-end">
        <ConnectionState />
        <div className="row">
          <ThemeSwitch />
          <Button kind="ghost" icon={KeyRound} aria-label="API key" onClick={() => open('token')} />
          <Button kind="ghost" icon={Keyboard} aria-label="Keyboard help" onClick={() => open('help')} />
        </div>
      </div>
    </aside>
  );
}

function isCurrent(path: string, location: string): boolean {
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}

const themes: readonly { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'system', label: 'Theme of the system', icon: Monitor },
  { value: 'light', label: 'Light theme', icon: Sun },
  { value: 'dark', label: 'Dark theme', icon: Moon },
];

function ThemeSwitch() {
  const { theme } = useTheme();
  return (
    <div className="segments" role="group" aria-label="Theme">
      {themes.map(({ value, label, icon: Icon }) => (
        <button
          key={value}
          type="button"
          aria-label={label}
          title={label}
          aria-pressed={theme === value}
          onClick={() => setTheme(value)}
        >
          <Icon size={13} aria-hidden />
        </button>
      ))}
    </div>
  );
}
