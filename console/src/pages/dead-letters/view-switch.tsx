import { Link } from 'wouter';

export function ViewSwitch({ view }: { view: 'groups' | 'all' }) {
  return (
    <nav className="segments" aria-label="View">
      <Link href="/dead-letters" aria-current={view === 'groups' ? 'page' : undefined}>
        Groups
      </Link>
      <Link href="/dead-letters/all" aria-current={view === 'all' ? 'page' : undefined}>
        All letters
      </Link>
    </nav>
  );
}
