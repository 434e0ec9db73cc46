"""The screens and modals, each with its stylesheet beside it."""
