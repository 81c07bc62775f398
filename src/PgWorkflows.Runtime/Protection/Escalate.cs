using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Runtime.Protection;

/// <summary>Calls for a human: an event of the catalogue, which goes to all channels, a web hook among them, and an Event that workflows can wait for.</summary>
[Activity("PgWorkflows.Escalate", Category = "Protection",
    Description = "Calls for a human: logs 114000, tells the web hook, publishes the event PgWorkflows.Escalated, and on request sets the resource to OSF so that nothing automatic acts any more.")]
public sealed class Escalate(IResources resources, string node) : Activity<Escalate.Inputs>
{
    /// <summary>The message that it logs.</summary>
    public const int Message = 114000;

    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("Why a human is needed.")] string Reason,
        [Input("The resource's state from now on; empty leaves it.")] ResourceState? State = null);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, ActivityCall call, CancellationToken cancellationToken)
    {
        var resource = resources.Find(inputs.Resource)
            ?? throw new InputException(nameof(inputs.Resource), $"names '{inputs.Resource}', which is not configured");
        var reason = inputs.Reason.Length <= 500 ? inputs.Reason : inputs.Reason[..500] + "…";
        var message = EventCatalogue.Find(Message)!;
        var text = EventText.Render(message, name => name switch { "resource" => resource.Name, "node" => node, _ => reason });
        List<Emission> emissions = [new EventLogged(message.Id, message.Severity, text, resource.Name), ProtectionEvents.Escalated(resource.Name, reason, call.InstanceId)];
        if (inputs.State is { } state)
            emissions.Add(new ResourceStateChanged(resource.Name, state, reason));
        return ValueTask.FromResult<ActivityResult>(Completed("Done", $"{message.Id}: {text}") with { Emissions = emissions });
    }
}
