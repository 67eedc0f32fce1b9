"""What a pairing is to its reader: named strategies, their legs, sentences and trees."""
