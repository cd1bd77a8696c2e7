"""Side effects that workflows ask for (`chatref.effects`), one class per dependency."""
