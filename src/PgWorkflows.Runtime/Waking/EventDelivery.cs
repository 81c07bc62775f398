using PgWorkflows.Persistence.Runs;
using PgWorkflows.Persistence.Waking;

namespace PgWorkflows.Runtime.Waking;

/// <summary>
/// Brings published events to the workflows that begin with them and to the runs that wait for them (elsa-contract 7.4). An event is stored with the
/// step that published it and forgotten when it has arrived; started twice after a crash, it starts the same run.
/// </summary>
internal sealed class EventDelivery(WorkflowRunner workflows, TriggerIndex index, WakingStore waking, Instances instances, TimeProvider time)
{
    /// <summary>Elsa's stimulus name.</summary>
    private const string Stimulus = "Elsa.Event";

    /// <summary>An event that nobody waits for yet is kept this long, as in Elsa.</summary>
    private static readonly TimeSpan KeepsUntaken = TimeSpan.FromMinutes(1);

    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        foreach (var pending in await waking.PendingEventsAsync(cancellationToken))
        {
            if (await DeliverAsync(pending, cancellationToken) || time.GetUtcNow() - pending.PublishedAt > KeepsUntaken)
                await waking.ForgetEventAsync(pending.Id);
        }
    }

    private async Task<bool> DeliverAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        var published = pending.Event;
        var taken = false;
        if (published.OnlyInstanceId is null)
        {
            foreach (var trigger in await index.OfTypeAsync(Stimulus, cancellationToken))
            {
                if (trigger.Text("EventName") != published.Name)
                    continue;
                taken = true;
                var id = trigger.RunIdFor($"event {pending.Id}");
                if (await instances.FindAsync(id, cancellationToken) is null)
                {
                    await workflows.StartAsync(trigger.Start(new RunOrigin("event", published.Name), published.Result) with
                    {
                        RunId = id,
                        CorrelationId = published.CorrelationId,
                    }, cancellationToken);
                }
            }
        }

        foreach (var wait in await waking.WaitsAsync(Stimulus, published.Name, published.CorrelationId, published.OnlyInstanceId, cancellationToken))
            taken |= await workflows.WakeAsync(wait.InstanceId, new Letter.Stimulus(wait.BookmarkId, published.Result), cancellationToken);
        return taken;
    }
}
