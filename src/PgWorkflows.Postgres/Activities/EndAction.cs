using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>(A) and (B): message, state and result of an action in one step, so that they are stored in one transaction.</summary>
[Activity("PgWorkflows.EndAction", Category = PostgresActivities.Category, IsTerminal = true,
    Description = "Ends an action: logs its END message, sets the resource's state and records the result, all at once.")]
[Output("ActionResult", typeof(ActionResult), "Succeeded, Failed or Skipped.")]
[Output("ActionReturnValue", typeof(int), "The return value.")]
public sealed class EndAction(IResources resources, string node) : Activity<EndAction.Inputs>
{
    private readonly EventComposer _events = new(node);

    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("How the action ended.")] ActionResult Result,
        [Input("The return value: 0 when it succeeded or was skipped.")] int ReturnValue = 0,
        [Input("The number of a BEGIN or END message to log, for example 113500.")] int? Message = null,
        [Input("The resource's state from now on; empty leaves it.")] ResourceState? State = null);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var sentence = $"{inputs.Result} ({inputs.ReturnValue})";
        var emissions = new List<Emission>();
        if (inputs.Message is { } number)
        {
            if (!EventComposer.Find(number).FramesAnAction)
                throw new InputException("Message", $"is {number}; the end of an action takes a BEGIN or END message only, for others use Log event");
            var logged = _events.Compose(number, resource, new() { ReturnValue = inputs.ReturnValue });
            emissions.Add(logged);
        }

        if (inputs.State is { } state)
        {
            emissions.Add(new ResourceStateChanged(resource.Name, state, inputs.Message is { } message ? $"{inputs.Result} ({message})" : $"{inputs.Result}"));
            sentence += $", {resource.Name} is {state} now";
        }

        if (emissions is [EventLogged end, ..])
            sentence += $"; {end.Id}: {end.Text}";
        emissions.Add(new ActionEnded(resource.Name, inputs.Result, inputs.ReturnValue));
        return ValueTask.FromResult<ActivityResult>(Completed("Done", sentence) with
        {
            Emissions = emissions,
            Outputs = new Dictionary<string, object?> { ["ActionResult"] = inputs.Result.ToString(), ["ActionReturnValue"] = inputs.ReturnValue },
        });
    }
}
