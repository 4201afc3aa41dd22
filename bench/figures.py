"""How a figure is printed beside its budget, and which budgets were missed."""

missed: list[str] = []


def figure(name: str, value: float, unit: str, budget: float, *, at_least: bool = False) -> None:
    """Print one figure beside its budget."""
    kept = value >= budget if at_least else value <= budget
    sign = "≥" if at_least else "≤"
    verdict = "ok  " if kept else "MISS"
    print(f"{verdict}  {name:<58} {value:10.3f} {unit:<8} (budget {sign} {budget:g})")
    if not kept:
        missed.append(name)
