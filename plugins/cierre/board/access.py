"""Who looks, and at which boxes: Airflow's session, and the permissions of Airflow's auth manager."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import psycopg
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dag import DagModel
from fastapi import Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from cierre.board.boxes import all_boxes, box_of, dags_of, names_in_files
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.closing.names import PREFIX
from cierre.ledger import identity


@dataclass
class Viewer:
    """A person who is logged in to Airflow; ``session`` is of Airflow's own database."""

    user: BaseUser
    session: Session

    @cached_property
    def _allowed(self) -> set[str]:
        """The DAGs that the person may read, asked for all at once."""
        return set(get_auth_manager().get_authorized_dag_ids(user=self.user, session=self.session))

    @cached_property
    def boxes(self) -> dict[str, CashBox]:
        """The boxes whose DAGs the person may read."""
        return {box_id: box for box_id, box in all_boxes().items() if PREFIX + box.file in self._allowed}

    @cached_property
    def read(self) -> frozenset[str]:
        """The boxes whose DAGs Airflow has read, whoever may see them: of a file that is new it takes a minute."""
        known = dags_of(all_boxes())
        found = self.session.scalars(select(DagModel.dag_id).where(DagModel.dag_id.in_(known)))
        return frozenset(map(box_of, found))

    @property
    def sees_every_box(self) -> bool:
        """Whether the person may see every box that Airflow has read, and there is one."""
        return bool(self.boxes) and self.read <= self.boxes.keys()

    def wholly_seen(self, boxes: Iterable[CashBox]) -> dict[str, list[str]]:
        """The boxes of those companies whose boxes the person may all see: only they have the page of arrivals."""
        every: dict[str, list[str]] = {}
        for box in all_boxes().values():
            every.setdefault(box.company, []).append(box.id)
        asked = {box.company for box in boxes} - {""}
        return {company: every[company] for company in asked if self.boxes.keys() >= set(every[company])}

    def retired(self, ledger: psycopg.Connection, ids: Iterable[str]) -> dict[str, RetiredBox]:
        """Those of some boxes that have no file any more and that the person may see: all who may see every box of the
        company that it was of; of a company without boxes, or one that nobody wrote down, who may see every box."""
        found = identity.retired(ledger, set(ids) - names_in_files())
        return {box_id: box for box_id, box in found.items() if _like(box) <= self.boxes.keys()}

    def box(self, name: str, ledger: psycopg.Connection) -> CashBox | RetiredBox:
        """A box that the person may see, by its id in the ledger or by the name of its file: links keep leading to a
        box that is called otherwise now, or has no file any more. Raises 404 for every other, so that nobody learns
        which there are."""
        box_id = name if name in self.boxes else box_of(PREFIX + name)
        box = self.boxes.get(box_id) or self.retired(ledger, [box_id]).get(box_id)
        if box is None:
            raise HTTPException(404, "There is no such box, or you may not see it.")
        return box

    def may_run(self, box_ids: Iterable[str]) -> set[str]:
        """The boxes of which Airflow would let the person trigger a close."""
        return self._may("POST", box_ids, DagAccessEntity.RUN)

    def may_clear(self, box_ids: Iterable[str]) -> set[str]:
        """The boxes whose tasks Airflow would let the person run again."""
        return self._may("PUT", box_ids, DagAccessEntity.TASK_INSTANCE)

    def may_answer(self, box_id: str) -> bool:
        """Whether Airflow would let the person answer what the close of a box asks."""
        return bool(self.may_decide([box_id]))

    def may_decide(self, box_ids: Iterable[str]) -> set[str]:
        """The boxes of which Airflow would let the person answer what a close asks."""
        return self._may("PUT", box_ids, DagAccessEntity.HITL_DETAIL)

    def sees_personal_data(self, box: CashBox | RetiredBox) -> bool:
        """Whether names, identity numbers and the like are shown: to those who may edit the box's DAG; of a box without
        any, the DAGs of all boxes for which the person sees it."""
        of = _like(box) if isinstance(box, RetiredBox) else {box.id}
        return bool(of) and self._may("PUT", of, None) == of

    def _may(self, method: Literal["POST", "PUT"], box_ids: Iterable[str], entity: DagAccessEntity | None) -> set[str]:
        dag_ids = dags_of(box_ids)
        teams = DagModel.get_dag_id_to_team_name_mapping(dag_ids, session=self.session)
        return {
            box_of(dag_id)
            for dag_id in dag_ids
            if get_auth_manager().is_authorized_dag(
                method=method,
                access_entity=entity,
                details=DagDetails(id=dag_id, team_name=teams.get(dag_id)),
                user=self.user,
            )
        }


def _like(box: RetiredBox) -> set[str]:
    """The boxes that a person must be allowed to see to see one that has no file any more."""
    company = {other.id for other in all_boxes().values() if other.company == box.company}
    return company or set(all_boxes())


async def viewer(user: GetUserDep, session: SessionDep) -> Viewer:
    """The person behind a request; waits for nothing, so needs no thread. Raises 401 or 403 without a valid session of
    Airflow's."""
    return Viewer(user, session)


ViewerDep = Annotated[Viewer, Depends(viewer)]
