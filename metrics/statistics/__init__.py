"""Pure statistics: numbers in, numbers out, no Django and no database."""
