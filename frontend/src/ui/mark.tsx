/** Three lines that join into one. */
export const Mark = ({ size = 18 }: { size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.75"
    strokeLinecap="round"
    aria-hidden="true"
    className="text-accent"
  >
    <path d="M1.5 3C6 3 6.5 8 10 8h4.5" />
    <path d="M1.5 8H10" />
    <path d="M1.5 13C6 13 6.5 8 10 8" />
  </svg>
);
