import { Icon, type IconName } from './icons.tsx';

export function MenuRow(props: { icon: IconName; label: string; bad?: boolean; onClick: () => void }) {
  return (
    <button class="menu-row" classList={{ bad: props.bad ?? false }} type="button" onClick={() => props.onClick()}>
      <Icon name={props.icon} small /><span class="cut">{props.label}</span>
    </button>
  );
}
