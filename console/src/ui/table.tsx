import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { useKeys } from '../lib/keys.ts';

export interface Column<T> {
  header: string;
  /** A track of the CSS grid: `minmax(0, 2fr)`, `90px`. */
  width: string;
  end?: boolean;
  /** On a phone, where there is no head: a line of its own, left out, or with the header before it. */
  phone?: 'wide' | 'hide' | 'label';
  cell: (row: T) => ReactNode;
}

interface TableProps<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  /** Where a row leads; its first cell becomes the link. */
  href?: (row: T) => string;
  rowHeight?: number;
  /** Asked for when the end comes near. */
  more?: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

const virtualFrom = 60;
/** A table of any length: only the rows in sight exist. `j`, `k` and Enter walk through rows that are links. */
export function Table<T>(props: TableProps<T>) {
  return props.rows.length > virtualFrom || props.more?.hasNextPage === true ? (
    <VirtualTable {...props} />
  ) : (
    <PlainTable {...props} />
  );
}

function PlainTable<T>(props: TableProps<T>) {
  const { rows, keyOf } = props;
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(rows.length, props.href !== undefined, (index) => focusRow(body.current, index));
  return (
    <Frame {...props}>
      <div className="table-body" role="rowgroup" ref={body}>
        {rows.map((row, index) => (
          <Row key={keyOf(row)} row={row} index={index} columns={props.columns} href={props.href} />
        ))}
      </div>
    </Frame>
  );
}

function VirtualTable<T>(props: TableProps<T>) {
  const { rows, keyOf, more, rowHeight = 48 } = props;
  const body = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const scroller = useCallback(() => document.getElementById('main'), []);
  useLayoutEffect(() => {
    const main = scroller();
    if (main === null || body.current === null) return;
    setMargin(body.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop);
  }, [scroller, rows.length]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: scroller,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(rows[index]!),
    overscan: 8,
    scrollMargin: margin,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more?.hasNextPage === true && !more.isFetchingNextPage && last >= rows.length - 20)
      void more.fetchNextPage();
  }, [more, last, rows.length]);
  useRowKeys(rows.length, props.href !== undefined, (index) => {
    virtual.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => focusRow(body.current, index));
  });
  return (
    <Frame {...props} virtual>
      <div className="table-body" role="rowgroup" ref={body} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ key, index, start }) => (
          <Row
            key={String(key)}
            row={rows[index]!}
            index={index}
            columns={props.columns}
            href={props.href}
            measure={virtual.measureElement}
            offset={start - margin}
          />
        ))}
      </div>
    </Frame>
  );
}

function Frame<T>({
  label,
  columns,
  rows,
  virtual,
  children,
}: TableProps<T> & { virtual?: boolean; children: ReactNode }) {
  return (
    <div
      className={virtual === true ? 'table table-virtual' : 'table'}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
    >
      <div role="rowgroup">
        <div
          className="table-head"
          role="row"
          aria-rowindex={1}
          style={{ gridTemplateColumns: tracks(columns) }}
        >
          {columns.map(({ header, end }) => (
            <div key={header} role="columnheader" className={end === true ? 'cell cell-end' : 'cell'}>
              {header}
            </div>
          ))}
        </div>
      </div>
      {children}
    </div>
  );
}

interface RowProps<T> extends Pick<TableProps<T>, 'columns' | 'href'> {
  row: T;
  index: number;
  measure?: (element: Element | null) => void;
  offset?: number;
}

/** While one scrolls, the rows that stay in sight are not made anew. */
const Row = memo(RowOf) as typeof RowOf;

function RowOf<T>({ row, index, columns, href, measure, offset }: RowProps<T>) {
  const style = {
    gridTemplateColumns: tracks(columns),
    ...(offset === undefined ? {} : { transform: `translateY(${offset}px)` }),
  };
  return (
    <div
      className="table-row"
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      ref={measure}
      style={style}
    >
      {columns.map(({ header, cell, end, phone }, position) => (
        <div
          key={header}
          role="cell"
          data-label={phone === 'label' ? header : undefined}
          className={[
            'cell',
            end === true && 'cell-end',
            phone === 'wide' && 'cell-wide',
            phone === 'hide' && 'cell-desk',
          ]
            .filter(Boolean)
            .join(' ')}
        >
          {position === 0 && href !== undefined ? (
            <Link href={href(row)} className="row-link">
              {cell(row)}
            </Link>
          ) : (
            cell(row)
          )}
        </div>
      ))}
    </div>
  );
}

const tracks = (columns: readonly { width: string }[]): string => columns.map(({ width }) => width).join(' ');

function useRowKeys(length: number, hasLinks: boolean, focus: (index: number) => void): void {
  useKeys((event) => {
    if (!hasLinks || length === 0 || event.metaKey || event.ctrlKey) return;
    if (event.key !== 'j' && event.key !== 'k') return;
    const row = document.activeElement?.closest<HTMLElement>('.table-row');
    const at =
      row === null || row === undefined ? (event.key === 'j' ? -1 : length) : Number(row.dataset['index']);
    event.preventDefault();
    focus(Math.max(0, Math.min(length - 1, at + (event.key === 'j' ? 1 : -1))));
  });
}

function focusRow(body: HTMLElement | null, index: number): void {
  body?.querySelector<HTMLElement>(`[data-index="${index}"] .row-link`)?.focus();
}
