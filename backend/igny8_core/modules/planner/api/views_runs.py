"""Clustering over HTTP: what it would cost, what it would make, and running it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import job_accepted
from igny8_core.modules.planner import services
from igny8_core.modules.planner.api import serializers, serializers_plan
from igny8_core.modules.planner.selectors import cluster_estimate


class RunsClusters:
    """Actions on all of a site's clusters, for the clusters' viewset."""

    @extend_schema(
        summary="Cluster a site's keywords",
        description=(
            "Places keywords that have no cluster; those that have one never move. `vectors` that ship are free; the "
            "provider's are bought once for each text: 402 `insufficient_credits` when they are not there, 503 "
            "`model_not_configured` when the installation names no model. Poll the job."
        ),
        request=serializers.ClusterRunInput,
        responses={202: serializers.JobStarted},
    )
    @action(detail=False, methods=["post"], throttle_scope="planner_ai")
    def run(self: Any, request: Request) -> Response:
        """Start a clustering run."""
        data = self.valid_data(serializers.ClusterRunInput(data=request.data))
        sector = data.get("sector")
        job = services.cluster_start(
            site_id=data["site"].pk,
            sector_id=sector.pk if sector else None,
            granularity=data["granularity"],
            vectors=data["vectors"],
        )
        return job_accepted(job)

    @extend_schema(
        summary="Count what each granularity would make",
        description=(
            "Tries coarse, normal and fine on the keywords without a cluster and writes nothing. Poll the job; its "
            "counts hold the number of clusters for each, and of keywords."
        ),
        request=serializers_plan.ClusterPlaceInput,
        responses={202: serializers.JobStarted},
    )
    @action(detail=False, methods=["post"], throttle_scope="planner_ai")
    def preview(self: Any, request: Request) -> Response:
        """Start a dry run."""
        data = self.valid_data(serializers_plan.ClusterPlaceInput(data=request.data))
        sector = data.get("sector")
        job = services.cluster_preview_start(site_id=data["site"].pk, sector_id=sector.pk if sector else None)
        return job_accepted(job)

    @extend_schema(
        summary="Estimate a clustering run",
        description=(
            "What a run with the provider's `vectors` would cost now; nothing is bought or set aside, and with those "
            "that ship a run is free. 503 `model_not_configured` when the installation names no model."
        ),
        request=serializers_plan.ClusterPlaceInput,
        responses={200: serializers_plan.VectorEstimateSerializer},
    )
    @action(detail=False, methods=["post"])
    def estimate(self: Any, request: Request) -> Response:
        """The price of a run."""
        data = self.valid_data(serializers_plan.ClusterPlaceInput(data=request.data))
        sector = data.get("sector")
        found = cluster_estimate(site_id=data["site"].pk, sector_id=sector.pk if sector else None)
        return Response(serializers_plan.VectorEstimateSerializer(found).data)
