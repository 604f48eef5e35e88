"""A contract for import-linter: how the rooms of the house import each other."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils


class RoomsContract(Contract):
    """A room may import another's modules, except those that are its own affair.

    A room is a folder of a floor; a floor's own modules (`apps`, `permissions`) are rooms of one module. The packages
    whose name is `project` may import everything.

    - `floors`: the packages whose folders are rooms.
    - `private`: names of modules that no other room imports.
    - `among_themselves`: names of modules that only modules of the same name import from other rooms.
    - `ignore_imports`: exceptions, as in import-linter's own contracts; one that is no exception any more is an error.
    """

    type_name = "rooms"

    floors = fields.ListField(subfield=fields.StringField())
    private = fields.ListField(subfield=fields.StringField())
    among_themselves = fields.ListField(subfield=fields.StringField())
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        removal = contract_utils.remove_ignored_imports_and_report(
            graph=graph,
            ignore_imports=self.ignore_imports,  # type: ignore[arg-type] # a field of the class, a value of the object
            unmatched_alerting=contract_utils.AlertLevel.ERROR,
        )
        broken = [
            (importer, imported)
            for imported in sorted(graph.modules)
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if not self._may(importer, imported)
        ]
        return ContractCheck(
            kept=not broken,
            warnings=list(removal.warnings),
            ignored_import_count=removal.ignored_import_count,
            metadata={"broken": broken},
        )

    def _may(self, importer: str, imported: str) -> bool:
        floor, *path = imported.split(".")
        if floor not in self.floors or len(path) < 2 or importer.split(".")[1:2] == ["project"]:  # type: ignore[operator]
            return True
        room, module = path[:2]
        if importer.startswith(f"{floor}.{room}."):
            return True
        if module in self.among_themselves:  # type: ignore[operator]
            return importer.split(".")[2:3] == [module]
        return module not in self.private  # type: ignore[operator]

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"- {importer} -> {imported}", bold=False)
        output.new_line()
