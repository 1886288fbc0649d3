// What a card's codes and lines are to say. This is where secrets are read to be compared, and none of them leaves.
import { reveal } from '../base/secret.ts';
import type { Card } from '../issue/card.ts';
import { cardId } from '../plan/ids.ts';
import type { Field } from '../plan/template.ts';

export function valueOf(card: Card, field: Field, run: string): string {
  switch (field) {
    case 'token':
      return reveal(card.token);
    case 'pin':
      return card.pin === undefined ? '' : reveal(card.pin);
    case 'serial':
      return cardId('{serial}', card.serial, run);
    case 'card_id':
      return card.cardId;
    case 'run':
      return run;
  }
}
