import { ArrowUp, Trash2 } from 'lucide-react';
import { useId } from 'react';
import type { Operation } from '../../../../src/model/plan.ts';
import { Button } from '../../ui/basics.tsx';
import { type Draft, type FieldForm, formOf, operationForms, typeNames } from './operation-forms.ts';

interface OperationRowProps {
  draft: Draft;
  /** From 1. */
  number: number;
  /** Id of the list of known fields. */
  paths: string;
  onChange: (draft: Draft) => void;
  onRemove: () => void;
  onMoveUp: (() => void) | undefined;
}

/** One operation of a plan, as a form. */
export function OperationRow({ draft, number, paths, onChange, onRemove, onMoveUp }: OperationRowProps) {
  const { op, values } = draft;
  return (
    <li className="operation" aria-label={`Operation ${number}`}>
      <div className="operation-head">
        <select
          className="select"
          aria-label={`What operation ${number} does`}
          value={op}
          onChange={({ target }) => onChange({ ...draft, op: target.value as Operation['op'] })}
        >
          {operationForms.map((form) => (
            <option key={form.op} value={form.op}>
              {form.label}
            </option>
          ))}
        </select>
        <Button
          size="small"
          kind="ghost"
          icon={ArrowUp}
          aria-label={`Do operation ${number} earlier`}
          title="Do it earlier"
          disabled={onMoveUp === undefined}
          onClick={onMoveUp}
        />
        <Button
          size="small"
          kind="ghost"
          icon={Trash2}
          aria-label={`Remove operation ${number}`}
          title="Remove"
          onClick={onRemove}
        />
      </div>
      <div className="operation-fields">
        {formOf(op).fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            paths={paths}
            value={values[field.name] ?? ''}
            onChange={(value) => onChange({ ...draft, values: { ...values, [field.name]: value } })}
          />
        ))}
      </div>
    </li>
  );
}

interface FieldProps {
  field: FieldForm;
  paths: string;
  value: string;
  onChange: (value: string) => void;
}

function Field({ field: { label, kind, placeholder, optional }, paths, value, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional === true && <span className="muted"> (if it is needed)</span>}
      </label>
      {kind === 'type' ? (
        <select id={id} className="select" value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">choose a type</option>
          {typeNames.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : kind === 'pairs' ? (
        <textarea
          id={id}
          className="input mono"
          rows={3}
          placeholder={'paid = settled\nopen = pending'}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <input
          id={id}
          className="input mono"
          list={kind === 'path' ? paths : undefined}
          placeholder={placeholder ?? placeholders[kind]}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </div>
  );
}

const placeholders = { path: '/a/field', paths: '/first_name, /last_name', text: '' };
