import {
  Ban,
  Bot,
  Check,
  CircleDashed,
  CircleSlash,
  Clock,
  Copy,
  FileInput,
  Inbox,
  type LucideIcon,
  Ruler,
  RotateCw,
  Sparkles,
  User,
  Wand2,
  Wrench,
} from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'loaded' | 'repaired' | 'healing' | 'dead_letter' | 'duplicate' | 'accent';

interface Look {
  tone: Tone;
  label: string;
  icon: LucideIcon;
}

/** One look for each word that the API uses for a state, the same on every page. */
const looks: Record<string, Look> = {
  accepted: { tone: 'accent', label: 'Accepted', icon: CircleDashed },
  loaded: { tone: 'loaded', label: 'Loaded', icon: Check },
  valid: { tone: 'loaded', label: 'Valid', icon: Check },
  repaired: { tone: 'repaired', label: 'Repaired', icon: Wrench },
  healing: { tone: 'healing', label: 'Healing', icon: Sparkles },
  dead_letter: { tone: 'dead_letter', label: 'Dead letter', icon: Inbox },
  duplicate: { tone: 'duplicate', label: 'Duplicate', icon: Copy },
  discarded: { tone: 'duplicate', label: 'Discarded', icon: Ban },
  open: { tone: 'dead_letter', label: 'Open', icon: Inbox },
  replaying: { tone: 'healing', label: 'Replaying', icon: RotateCw },
  replayed: { tone: 'loaded', label: 'Replayed', icon: Check },
  candidate: { tone: 'healing', label: 'Candidate', icon: Clock },
  active: { tone: 'loaded', label: 'Active', icon: Check },
  disabled: { tone: 'duplicate', label: 'Disabled', icon: CircleSlash },
  expired: { tone: 'duplicate', label: 'Expired', icon: Clock },
  heuristic: { tone: 'accent', label: 'Heuristics', icon: Wand2 },
  heuristics: { tone: 'accent', label: 'Heuristics', icon: Wand2 },
  llm: { tone: 'accent', label: 'LLM', icon: Bot },
  person: { tone: 'accent', label: 'Person', icon: User },
  import: { tone: 'accent', label: 'Import', icon: FileInput },
  rule: { tone: 'accent', label: 'Rule', icon: Ruler },
};

export function lookOf(status: string): Look {
  return looks[status] ?? { tone: 'duplicate', label: status, icon: CircleDashed };
}

/** A state, told by colour, icon and word. */
export function Status({ of: status }: { of: string }) {
  const { tone, label, icon } = lookOf(status);
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

export function Badge({
  tone,
  icon: Icon,
  children,
}: {
  tone: Tone;
  icon?: LucideIcon;
  children: ReactNode;
}) {
  return (
    <span className={`badge tone-${tone}`}>
      {Icon && <Icon size={12} strokeWidth={2.4} aria-hidden />}
      {children}
    </span>
  );
}

export function Dot({ tone }: { tone: Tone }) {
  return (
    <span
      className="dot"
      style={{ background: `var(--${tone === 'accent' ? 'accent' : tone})` }}
      aria-hidden
    />
  );
}

export function Notice({
  tone,
  icon: Icon,
  children,
}: {
  tone: Tone;
  icon?: LucideIcon;
  children: ReactNode;
}) {
  return (
    <div className={`notice tone-${tone}`}>
      {Icon && <Icon size={15} aria-hidden />}
      <div>{children}</div>
    </div>
  );
}
