"""What happens by the clock: waking due work, trying parked commands again, sealing the journal."""

from __future__ import annotations

from procrastinate import App, JobContext

STALLED_SECONDS = 60


def on_app_ready(app: App) -> None:
    """Register the periodic tasks; called once by procrastinate's Django application."""

    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock="wake", lock="clockwork")
    def wake(timestamp: int) -> None:
        from muster.fieldapp import clockwork

        clockwork.turn()

    @app.periodic(cron="*/10 * * * *")
    @app.task(queueing_lock="seal", lock="clockwork")
    def seal(timestamp: int) -> None:
        from muster.fieldapp import clockwork

        clockwork.seal_journal()

    @app.periodic(cron="17 * * * *")
    @app.task(queueing_lock="forget", lock="clockwork")
    def forget(timestamp: int) -> None:
        from muster.fieldapp import clockwork

        clockwork.forget()

    @app.periodic(cron="* * * * * */30")
    @app.task(queueing_lock="rescue", pass_context=True)
    async def rescue(context: JobContext, timestamp: int) -> None:
        """A worker that was killed leaves its jobs 'doing' for ever: give them back."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await manager.retry_job(job)

    @app.task(name="imports.work")
    def work_on_import(upload: str, incident: str, account: str, step: str) -> None:
        from uuid import UUID

        from muster.interop.imports import jobs

        jobs.work(UUID(upload), UUID(incident), UUID(account), step)
