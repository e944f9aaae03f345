interface ReasonFieldProps {
  value: string;
  onChange: (reason: string) => void;
  placeholder: string;
  readOnly?: boolean;
}

/** Why a letter is discarded: needed, and kept with it. */
export function ReasonField({ value, onChange, placeholder, readOnly }: ReasonFieldProps) {
  return (
    <label className="field">
      Reason
      <textarea
        className="input"
        rows={3}
        required
        maxLength={1000}
        autoFocus
        placeholder={placeholder}
        readOnly={readOnly}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
